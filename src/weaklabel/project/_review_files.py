"""What the stage triage leaves for the review: all that is shown, and nothing of the other items."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from weaklabel import io
from weaklabel.core import IntArray, Items, LabelSchema, ReviewQueue, SoftLabels, VoteMatrix
from weaklabel.core._ids import match_item_ids
from weaklabel.errors import FileFormatError, ItemsError, ProjectError, wrong_value
from weaklabel.files import atomic_write
from weaklabel.project._gold_checks import gold_path, read_gold_checks

if TYPE_CHECKING:
    from weaklabel.project._workspace import Workspace

__all__ = ["GOLD_STRATUM", "REVIEW_FILES", "ReviewFiles", "read_review_files", "write_review_files"]

_ITEMS, _VOTES = "review_items.parquet", "review_votes.parquet"
_GROUPS, _CHECKS = "review_groups.npy", "review_checks.parquet"
#: In the folder .weaklabel, beside queue.parquet.
REVIEW_FILES = (_ITEMS, _VOTES, _GROUPS, _CHECKS)

#: Of items that check reviewers.
GOLD_STRATUM = "gold check"

#: Near-duplicates beside an item that are kept of each group: more than a screen shows, and few
#: enough that a group of half the data does not come along.
_MOST_NEAR = 20


@dataclass(frozen=True, slots=True, eq=False)
class ReviewFiles:
    """What the review needs.

    Parameters
    ----------
    queue : ReviewQueue
        The review set.
    checks : ReviewQueue
        Items whose class is known, of the stratum "gold check"; often none.
    items : Items
        The items of both with the columns that reviewers see, and some near-duplicates.
    votes : VoteMatrix
        Votes on the items of both.
    groups : numpy.ndarray of int64, shape (n_items,)
        Equal for near-duplicates, in the order of `items`.
    """

    queue: ReviewQueue
    checks: ReviewQueue
    items: Items
    votes: VoteMatrix
    groups: IntArray

    def with_checks(self, ids: Collection[str]) -> ReviewQueue:
        """Return the review set, and after it those of the checks that are among `ids`."""
        one, other = self.queue, self.checks
        known = other.item_ids.tolist()
        rows = [i for i, item_id in enumerate(known) if item_id in ids]
        if not rows:
            return one
        return ReviewQueue(
            [*one.item_ids.tolist(), *(known[i] for i in rows)],
            (*one.strata, *(other.strata[i] for i in rows)),
            np.concatenate([one.scores, other.scores[rows]]),
            (*one.reasons, *(other.reasons[i] for i in rows)),
            np.concatenate([one.posterior, other.posterior[rows]]),
            one.schema,
        )


def write_review_files(
    ws: Workspace, queue: ReviewQueue, votes: VoteMatrix, labels: SoftLabels, groups: IntArray
) -> None:
    """Write what the review needs of the items of a queue.

    Parameters
    ----------
    ws : Workspace
        The project.
    queue : ReviewQueue
        The review set.
    votes : VoteMatrix
        Votes on all items.
    labels : SoftLabels
        Labels of all items.
    groups : numpy.ndarray of int64, shape (n_items,)
        Equal for near-duplicates, in the order of `labels`.

    Raises
    ------
    ProjectError
        If a column for reviewers is none of the data, or a check is none of the items.
    FileFormatError
        If the file with checks is wrong.
    """
    table = ws.items.table.select(_columns(ws))
    items = Items(table, ws.items.item_ids)
    checks = _checks(ws, queue, labels)
    shown = np.concatenate([queue.item_ids, checks.item_ids])
    rows = match_item_ids(shown, labels.item_ids, "labels")
    with_near = _with_near_duplicates(rows, groups)
    # All in the same order, as a rule, which is seen at a glance.
    in_items = match_item_ids(labels.item_ids, items.item_ids, "items")
    in_votes = match_item_ids(labels.item_ids, votes.item_ids, "votes")
    io.save(items.take(in_items[with_near]), ws.work / _ITEMS)
    io.save(votes.take(in_votes[rows]), ws.work / _VOTES)
    io.save(checks, ws.work / _CHECKS)
    with atomic_write(ws.work / _GROUPS) as aside, aside.open("wb") as file:
        np.save(file, groups[with_near], allow_pickle=False)


def read_review_files(work: Path) -> ReviewFiles:
    """Return what `write_review_files` wrote to the folder .weaklabel, and the queue beside it.

    Raises
    ------
    ProjectError
        If there is no queue yet, or one of an older version of weaklabel.
    FileFormatError
        If a file is damaged.
    """
    folder = work.parent
    if not (work / "queue.parquet").exists():
        raise ProjectError(
            f"there is no review set in {folder.resolve()} yet. Run: weaklabel run -p {folder}"
        )
    missing = [name for name in (*REVIEW_FILES, "held_out.parquet") if not (work / name).exists()]
    if missing:
        raise ProjectError(
            f"the review set in {folder.resolve()} lacks {missing[0]}: an older version of weaklabel "
            f"made it, or the file was removed. Run: weaklabel run -p {folder}"
        )
    items = io.load(work / _ITEMS, Items)
    try:
        groups: IntArray = np.load(work / _GROUPS, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise FileFormatError(
            f"{work / _GROUPS} cannot be read: {error}. Run: weaklabel triage -p {folder}"
        ) from error
    queue, checks = (io.load(work / name, ReviewQueue) for name in ("queue.parquet", _CHECKS))
    return ReviewFiles(queue, checks, items, io.load(work / _VOTES, VoteMatrix), groups)


def _columns(ws: Workspace) -> list[str]:
    """Return the columns of `ws.items` that reviewers see."""
    review, config, present = ws.config.review, ws.config, ws.items.column_names
    texts = ws.text_columns
    if review.columns:
        wanted = [_column(ws, "columns", name) for name in review.columns]
    elif texts is not None:
        wanted = list(texts)
    else:
        wanted = [name for name in present if name != config.id_column]
    images = [_column(ws, "image_columns", name) for name in review.image_columns]
    return list(dict.fromkeys([*wanted, *images]))


def _column(ws: Workspace, key: str, name: str) -> str:
    """Return the name that a column of the data has among the items."""
    config, texts = ws.config, ws.text_columns
    if name == config.gold_column:
        raise ProjectError(
            f"weaklabel.toml: [review] {key} names {name!r}, which is the gold column and would "
            "give the answers away. Leave it out."
        )
    if texts is not None and name == config.text_column:
        return texts[0]
    if name not in ws.items.column_names:
        allowed = f"one of the columns {list(ws.items.column_names)}"
        raise ProjectError(
            "weaklabel.toml: " + wrong_value(f"[review] {key}", name, allowed, "Correct the name.")
        )
    return name


def _checks(ws: Workspace, queue: ReviewQueue, labels: SoftLabels) -> ReviewQueue:
    """Return the items with a known class that are not in the queue anyway, as a queue."""
    review = ws.config.review
    if not review.gold_file:
        return _check_queue([], labels.take(np.arange(0)), ws.schema)
    path = gold_path(ws.folder, review)
    known = read_gold_checks(path, ws.schema)
    queued = set(queue.item_ids.tolist())
    ids = [item_id for item_id in known if item_id not in queued]
    try:
        rows = match_item_ids(np.array(ids, dtype=queue.item_ids.dtype), labels.item_ids, "items")
    except ItemsError as error:
        raise ProjectError(f"{path}: {error} Correct the file.") from None
    return _check_queue(ids, labels.take(rows), ws.schema)


def _check_queue(ids: Sequence[str], labels: SoftLabels, schema: LabelSchema) -> ReviewQueue:
    n = len(ids)
    why = [("it checks reviewers",)] * n
    return ReviewQueue(ids, [GOLD_STRATUM] * n, np.zeros(n), why, labels.posterior, schema)


def _with_near_duplicates(rows: IntArray, groups: IntArray) -> IntArray:
    """Return `rows`, and after them the first few others of each of their groups."""
    is_near = np.isin(groups, groups[rows])
    is_near[rows] = False
    others = np.flatnonzero(is_near)
    others = others[np.argsort(groups[others], kind="stable")]
    group = groups[others]
    first = np.flatnonzero(np.r_[True, group[1:] != group[:-1]]) if len(group) else others
    rank = np.arange(len(others)) - np.repeat(first, np.diff(np.r_[first, len(others)]))
    return np.concatenate([rows, others[rank < _MOST_NEAR]])
