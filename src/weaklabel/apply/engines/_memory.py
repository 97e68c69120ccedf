"""The engine for items that are in memory, or become so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from weaklabel.apply._inputs import check_columns
from weaklabel.apply._kept import chunks_of, kept_chunks
from weaklabel.apply._options import ApplyOptions
from weaklabel.apply._report import ApplyReport
from weaklabel.apply._tally import Tally
from weaklabel.apply.engines._chunks import votes_by_chunk, warn_of_failures
from weaklabel.core import Items, LabelSchema, VoteMatrix
from weaklabel.lf import LabelingFunction

__all__ = ["apply_in_memory"]


def apply_in_memory(
    functions: Sequence[LabelingFunction],
    items: Items,
    classes: LabelSchema,
    options: ApplyOptions,
) -> ApplyReport:
    """Return the votes of labeling functions on items, with seconds and failures.

    Parameters
    ----------
    functions : sequence of LabelingFunction
        With distinct names.
    items : Items
        The items.
    classes : LabelSchema
        The classes.
    options : ApplyOptions
        How to run them.

    Returns
    -------
    ApplyReport

    Raises
    ------
    ItemsError
        If a column that a labeling function reads does not exist.
    LabelingFunctionError, AnswerError
        As `apply` says.

    Notes
    -----
    Memory beyond the votes is bounded by ``options.chunk_rows``, not by the number of items;
    with a cache, up to 1 GiB more is kept for the next run on the same `items`.
    """
    check_columns(functions, items.column_names)
    names = [lf.name for lf in functions]
    tally = Tally(names)
    codes = np.empty((items.n_items, len(functions)), dtype=classes.dtype, order="F")
    start = 0
    cut = chunks_of if options.cache is None else kept_chunks
    chunks = cut(items, options.chunk_rows)
    for chunk, votes in votes_by_chunk(functions, chunks, items.n_items, classes, options, tally):
        codes[start : start + chunk.n_items] = votes
        start += chunk.n_items
    warn_of_failures(tally, items.n_items, stacklevel=4)
    codes.flags.writeable = False  # so that VoteMatrix need not copy it
    return tally.report(VoteMatrix(codes, items.item_ids, names, classes))
