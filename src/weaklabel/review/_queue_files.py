"""write_queue: the review queue as CSV for spreadsheets and as JSONL for programs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from weaklabel.core import Items, ReviewQueue, VoteMatrix, as_items
from weaklabel.core._ids import match_item_ids
from weaklabel.core._soft_votes import require_hard
from weaklabel.errors import FileFormatError, WriteError
from weaklabel.files import write_csv, write_jsonl
from weaklabel.io import columns_beside
from weaklabel.review._answer_rows import read_rows

__all__ = ["write_queue"]


def write_queue(
    queue: ReviewQueue,
    items: object,
    votes: VoteMatrix | None,
    folder: str | os.PathLike[str],
    *,
    id_column: str | None = None,
    text_columns: Sequence[str] | None = None,
) -> tuple[Path, Path]:
    """Write queue.csv and queue.jsonl for the people who review.

    Both have one row for each item, most urgent first, with the fields
    ``item_id``, ``answer``, ``comment`` and ``cause`` (empty: the reviewer fills
    them in), ``proposed``, ``probability``, ``p_<class>``, ``stratum``, ``reasons`` and
    ``votes`` beside the item's own columns; of these, one with such a name
    becomes ``item_<name>``. `read_answers` reads either file back.

    A queue.csv or queue.jsonl that holds answers is not overwritten: it is kept
    as queue-answered-1.csv, queue-answered-2.csv, ….

    Parameters
    ----------
    queue : ReviewQueue
        What to review.
    items : Items, data frame, pyarrow.Table, list of str or list of dict
        The items of the queue, and maybe others; anything that `as_items` takes.
    votes : VoteMatrix or None
        Votes on these items; None leaves the field empty.
    folder : path-like
        Where to write; made if need be.
    id_column : str, optional
        The column with the ids, as when the votes were made; see `as_items`.
    text_columns : sequence of str, optional
        The item's columns to show; by default all.

    Returns
    -------
    tuple of pathlib.Path
        The CSV and the JSONL file.

    Raises
    ------
    ItemsError
        If an item of the queue is not among `items` or `votes`, or a column is missing.
    VotesError
        If `votes` are soft.
    WriteError
        If the system refuses; files that were there stay as they were.

    Notes
    -----
    The CSV is UTF-8 with a byte order mark, so that spreadsheets show every
    letter. Texts that a spreadsheet would run as a formula have an apostrophe
    before them, which `read_answers` takes off. Spreadsheets may still rewrite
    ids that look like numbers or dates; the JSONL file has no such problem.
    """
    items = as_items(items, id_column)
    rows = list(_rows(queue, items, votes, text_columns))
    names = list(rows[0]) if rows else ["item_id", "answer", "comment", "cause"]
    paths = Path(folder) / "queue.csv", Path(folder) / "queue.jsonl"
    for path in paths:
        _keep_answers(path)
    flat = ([_readable(row[name]) for name in names] for row in rows)
    write_csv(paths[0], names, flat, spreadsheet=True)
    write_jsonl(paths[1], rows)
    return paths


def _rows(
    queue: ReviewQueue,
    items: Items,
    votes: VoteMatrix | None,
    text_columns: Sequence[str] | None,
) -> Iterator[dict[str, Any]]:
    classes = queue.schema.classes
    before = ["item_id", "answer", "comment", "cause", "proposed", "probability"]
    after = [*(f"p_{name}" for name in classes), "stratum", "reasons", "votes"]
    columns = _shown(queue, items, text_columns, [*before, *after])
    voted = _votes_in_words(queue, votes)
    proposed = queue.schema.decode(queue.proposed)
    for i, key in enumerate(queue.item_ids.tolist()):
        proba = np.round(queue.posterior[i], 6).tolist()
        head = (key, "", "", "", proposed[i], max(proba))
        tail = (*proba, queue.strata[i], list(queue.reasons[i]), voted[i])
        yield {
            **dict(zip(before, head, strict=True)),
            **{name: values[i] for name, values in columns.items()},
            **dict(zip(after, tail, strict=True)),
        }


def _shown(
    queue: ReviewQueue, items: Items, text_columns: Sequence[str] | None, reserved: list[str]
) -> dict[str, list[Any]]:
    queued = items.take(match_item_ids(queue.item_ids, items.item_ids, "items"))
    if text_columns is not None:
        for name in text_columns:
            queued.column(name)  # says which columns there are if it is none of them
        queued = Items(queued.table.select(list(dict.fromkeys(text_columns))), queued.item_ids)
    return dict(columns_beside(queued, reserved).to_pydict())


def _votes_in_words(queue: ReviewQueue, votes: VoteMatrix | None) -> list[dict[str, str | None]]:
    if votes is None:
        return [{} for _ in range(queue.n_items)]
    votes = require_hard(votes, "write_queue")
    codes = votes.take(match_item_ids(queue.item_ids, votes.item_ids, "votes")).codes
    return [
        {votes.lf_names[j]: votes.schema.name(int(row[j])) for j in np.flatnonzero(row >= 0)}
        for row in codes
    ]


def _readable(value: object) -> object:
    if isinstance(value, dict) and all(isinstance(v, str) for v in value.values()):
        return "; ".join(f"{name}: {vote}" for name, vote in value.items())
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return "; ".join(value)
    return value


def _keep_answers(path: Path) -> None:
    if not path.is_file() or not _has_answers(path):
        return
    number = 1
    while (kept := path.with_name(f"{path.stem}-answered-{number}{path.suffix}")).exists():
        number += 1
    try:
        os.rename(path, kept)
    except OSError as error:
        raise WriteError(
            f"cannot keep the answers in {path} as {kept.name}: {error.strerror}. "
            "Move that file away; nothing was changed."
        ) from error


def _has_answers(path: Path) -> bool:
    try:
        return any(row.text("answer") or row.text("cause") for row in read_rows(path))
    except FileFormatError:
        return True  # no longer as we wrote it: somebody has been at work
