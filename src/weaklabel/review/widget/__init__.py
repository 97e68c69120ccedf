"""The review of a queue in a notebook cell, over the same script as the page."""

from weaklabel.review.widget._review_widget import review_widget

__all__ = ["review_widget"]
