"""TextForms: the distinct texts of a column in the forms that patterns are asked on."""

from __future__ import annotations

from functools import cached_property

from weaklabel.apply.text._distinct import DistinctTexts
from weaklabel.apply.text._folded import FoldedTexts, fold_texts
from weaklabel.apply.text._plain import PlainTexts, plain_texts

__all__ = ["TextForms"]


class TextForms:
    """The distinct texts of a column, in forms that are made when a pattern first needs them.

    Parameters
    ----------
    distinct : DistinctTexts
        The column.
    """

    def __init__(self, distinct: DistinctTexts) -> None:
        self.distinct = distinct

    @cached_property
    def as_list(self) -> list[str]:
        """The texts, for Python's `re`."""
        texts: list[str] = self.distinct.texts.to_pylist()
        return texts

    @cached_property
    def folded(self) -> FoldedTexts:
        """The texts folded, for the search for literals."""
        return fold_texts(self.distinct.texts)

    @cached_property
    def plain(self) -> PlainTexts:
        """The texts in ASCII, for RE2."""
        return plain_texts(self.distinct.texts)
