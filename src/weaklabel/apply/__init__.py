"""Apply: labeling functions on items give votes."""

from weaklabel.apply._apply import apply, apply_with_report
from weaklabel.apply._apply_to_folder import apply_to_folder
from weaklabel.apply._cache import CacheInfo, VoteCache
from weaklabel.apply._collect import collect_votes
from weaklabel.apply._plan import Plan, PlannedFunction, plan
from weaklabel.apply._report import ApplyReport
from weaklabel.apply._vote_folder import VoteFolder

__all__ = [
    "ApplyReport",
    "CacheInfo",
    "Plan",
    "PlannedFunction",
    "VoteCache",
    "VoteFolder",
    "apply",
    "apply_to_folder",
    "apply_with_report",
    "collect_votes",
    "plan",
]
