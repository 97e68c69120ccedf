"""One reviewer's way through a queue, without a screen: what is shown, what each key does."""

from weaklabel.review.session._session import ReviewSession
from weaklabel.review.session._session_source import SessionSource

__all__ = ["ReviewSession", "SessionSource"]
