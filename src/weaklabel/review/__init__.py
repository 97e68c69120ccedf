"""Review: the queue goes out to people, their answers come back and stay."""

from weaklabel.review._answers import read_answers
from weaklabel.review._queue_files import write_queue
from weaklabel.review.quality._agreement import agreement
from weaklabel.review.quality._agreement_figures import Agreement, Coefficient
from weaklabel.review.quality._consensus import Consensus, consensus
from weaklabel.review.quality._reviewer_quality import ReviewerQuality, reviewer_quality
from weaklabel.review.session._session import ReviewSession
from weaklabel.review.store._log_files import read_log, write_log
from weaklabel.review.store._store import DecisionStore

__all__ = [
    "Agreement",
    "Coefficient",
    "Consensus",
    "DecisionStore",
    "ReviewSession",
    "ReviewerQuality",
    "agreement",
    "consensus",
    "read_answers",
    "read_log",
    "reviewer_quality",
    "write_log",
    "write_queue",
]
