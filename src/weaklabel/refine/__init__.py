"""Refine: let a classifier on the items' own content correct and complete soft labels."""

from weaklabel.refine._refine import Refinement, refine

__all__ = ["Refinement", "refine"]
