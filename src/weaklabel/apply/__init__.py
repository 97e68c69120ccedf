"""Apply: labeling functions on items give votes."""

from weaklabel.apply._apply import apply, apply_with_report
from weaklabel.apply._cache import VoteCache
from weaklabel.apply._report import ApplyReport

__all__ = ["ApplyReport", "VoteCache", "apply", "apply_with_report"]
