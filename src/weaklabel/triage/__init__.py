"""Triage: which items a person should look at, in which order, and why."""

from weaklabel.triage._rank import rank_for_review

__all__ = ["rank_for_review"]
