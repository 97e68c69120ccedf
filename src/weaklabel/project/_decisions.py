"""Where a project's decisions are kept, and which of them its labels learn from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from weaklabel.core import DecisionLog, LabelSchema
from weaklabel.core._decision import ADJUDICATION
from weaklabel.project._review_config import ReviewConfig

__all__ = ["is_url", "learned_log", "queue_starts_in", "store_location"]


def store_location(folder: Path, config: ReviewConfig) -> str | Path:
    """Return the URL of the database, or the SQLite file, that has the decisions of a project.

    Parameters
    ----------
    folder : pathlib.Path
        The project; a file is relative to it.
    config : ReviewConfig
        The settings.
    """
    if is_url(config.store):
        return config.store
    return folder / (config.store or "review/decisions.sqlite")


def is_url(store: str) -> bool:
    """Return whether a store is named by its URL, and is no file."""
    return "://" in store


def learned_log(log: DecisionLog, schema: LabelSchema, config: ReviewConfig) -> DecisionLog:
    """Return the decisions that labels learn from.

    Of one person's review these are all, and `DecisionLog` knows which of them count. Where a
    team's rule asks for several answers, where an expert settled items, or where known items
    check the reviewers, they are those of `settled_log`.

    Parameters
    ----------
    log : DecisionLog
        All decisions. Head hashes are taken from it.
    schema : LabelSchema
        The classes.
    config : ReviewConfig
        The rule.

    Returns
    -------
    DecisionLog
        In the order of `log`.

    Raises
    ------
    DecisionsError
        If an answer that counts is no class of `schema`.
    """
    if not config.has_rule and not any(d.gold or d.stratum == ADJUDICATION for d in log):
        return log
    from weaklabel.review.team import settled_log

    return settled_log(log, schema, config.answers)


def queue_starts_in(learned: DecisionLog, log: DecisionLog, starts: Sequence[int]) -> list[int]:
    """Return how many of the `learned` decisions there were when each queue was made.

    Parameters
    ----------
    learned : DecisionLog
        What `learned_log` returns for `log`.
    log : DecisionLog
        All decisions.
    starts : sequence of int
        How many of these there were then, ascending.

    Returns
    -------
    list of int
        As many as `starts`.
    """
    if learned is log:
        return list(starts)
    last = {(d.item_id, d.reviewer): place for place, d in enumerate(log) if d.is_answer}
    places = np.array([last[d.item_id, d.reviewer] for d in learned], dtype=np.int64)
    found: list[int] = np.searchsorted(places, list(starts)).tolist()
    return found
