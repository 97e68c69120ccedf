"""Where decisions are kept: append-only, hash-chained, in SQLite or PostgreSQL."""

from weaklabel.review.store._log_files import read_log, write_log
from weaklabel.review.store._store import DecisionStore

__all__ = ["DecisionStore", "read_log", "write_log"]
