"""ReviewConfig: what weaklabel.toml says of the review, under [review] and [review.team]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from weaklabel.core._check import check_fraction, check_number
from weaklabel.errors import ParameterError, wrong_value

__all__ = ["REVIEW_PLACES", "ReviewConfig", "check_review"]


@dataclass(frozen=True, slots=True)
class ReviewConfig:
    """The settings of the review, one attribute for each key.

    Parameters
    ----------
    guidelines : str
        A text file that reviewers read beside the items; "" for none.
    store : str
        Where decisions are kept: the URL of a PostgreSQL database, or an SQLite file; "" for
        review/decisions.sqlite.
    columns : tuple of str
        Columns of the data that reviewers see; () for the text, or all columns of a table.
    image_columns : tuple of str
        Columns that hold paths or file URLs of images.
    image_folder : str
        The folder that images must be in; "" for the project folder.
    keymap : mapping of str to str or list of str
        Keys in place of those of an action.
    blind : tuple of str
        Strata whose proposals are hidden.
    answers : tuple of int
        (k, n): k equal answers settle an item, of n at most; k is more than half of n.
    overlap : float
        Share of the items that get two answers where one settles an item, in [0, 1].
    blind_second_reviewers : bool
        Whether second and later reviewers of an item see no proposal.
    gold_file : str
        CSV or JSONL with the columns item_id and answer: items whose class is known, mixed in
        to measure reviewers; "" for none.
    gold_rate : float
        Share of a reviewer's items that are such checks, in [0, 0.5].
    lease_seconds : float
        How long an item is kept for the reviewer who has it on the screen, at least 10.
    """

    guidelines: str = ""
    store: str = ""
    columns: tuple[str, ...] = ()
    image_columns: tuple[str, ...] = ()
    image_folder: str = ""
    keymap: Mapping[str, Any] = field(default_factory=dict)
    blind: tuple[str, ...] = ("random",)
    answers: tuple[int, int] = (1, 1)
    overlap: float = 0.0
    blind_second_reviewers: bool = True
    gold_file: str = ""
    gold_rate: float = 0.0
    lease_seconds: float = 600.0

    @property
    def has_rule(self) -> bool:
        """Whether an item may need more than one answer."""
        return self.answers != (1, 1) or self.overlap > 0


#: Where each key goes: (section, key) -> attribute of ReviewConfig.
REVIEW_PLACES = {
    ("review", "guidelines"): "guidelines",
    ("review", "store"): "store",
    ("review", "columns"): "columns",
    ("review", "image_columns"): "image_columns",
    ("review", "image_folder"): "image_folder",
    ("review", "keymap"): "keymap",
    ("review", "blind"): "blind",
    ("review.team", "answers"): "answers",
    ("review.team", "overlap"): "overlap",
    ("review.team", "blind_second_reviewers"): "blind_second_reviewers",
    ("review.team", "gold_file"): "gold_file",
    ("review.team", "gold_rate"): "gold_rate",
    ("review.team", "lease_seconds"): "lease_seconds",
}


def check_review(config: ReviewConfig) -> None:
    """Raise ParameterError, which names the key, where a setting is out of range."""
    team = "[review.team]"
    wanted, most = config.answers
    if not 1 <= wanted <= most < 2 * wanted:
        allowed = "[k, n] with k more than half of n and at most n"
        advice = "For example [2, 3]: two equal answers of at most three settle an item."
        raise ParameterError(wrong_value(f"{team} answers", list(config.answers), allowed, advice))
    check_fraction(f"{team} overlap", config.overlap)
    if config.overlap and most > 1:
        raise ParameterError(
            wrong_value(
                f"{team} overlap",
                config.overlap,
                f"0 where answers is {[wanted, most]}, by which every item gets several",
                "Set one of the two.",
            )
        )
    check_number(f"{team} gold_rate", config.gold_rate, 0.0, 0.5)
    if config.gold_rate and not config.gold_file:
        raise ParameterError(
            wrong_value(
                f"{team} gold_rate",
                config.gold_rate,
                "0 without a gold_file",
                "Name a CSV with the columns item_id and answer.",
            )
        )
    check_number(f"{team} lease_seconds", config.lease_seconds, 10.0)
