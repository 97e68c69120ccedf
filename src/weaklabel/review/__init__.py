"""Review: the queue goes out to people, their answers come back and stay."""

from weaklabel.review._answers import read_answers
from weaklabel.review._queue_files import write_queue
from weaklabel.review._store import DecisionStore

__all__ = ["DecisionStore", "read_answers", "write_queue"]
