"""What answers a screen: messages in, replies out, and the desk that has them for each reviewer."""

from weaklabel.review.desk._desk import Desk, ReviewDesk, Reviewer

__all__ = ["Desk", "ReviewDesk", "Reviewer"]
