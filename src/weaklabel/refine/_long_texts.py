"""shortened: texts that are read in bounded time, however long they are."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from weaklabel.core import IntArray, Items
from weaklabel.errors import DataWarning

__all__ = ["longest_that_fits", "shortened"]

#: Characters that are read of all texts together: some half an hour on two cores.
MOST_CHARACTERS = 500_000_000
#: Fewer would not tell what a text is about.
_SHORTEST = 200


def shortened(
    items: Items, columns: Sequence[str], most_characters: int = MOST_CHARACTERS
) -> Items:
    """Return the items with the ends of long texts cut off, where there is too much text.

    Parameters
    ----------
    items : Items
        The items.
    columns : sequence of str
        Names of the text columns.
    most_characters : int
        How many characters are kept of all texts together, more only where 200 of each
        text make more.

    Returns
    -------
    Items
        The same where there are not so many characters.

    Warns
    -----
    DataWarning
        With the length to which texts were cut.
    """
    texts = {name: items.table.column(name).cast(pa.large_string()) for name in columns}
    lengths = [_lengths(column) for column in texts.values()]
    total = int(sum(n.sum() for n in lengths))
    if total <= most_characters:
        return items
    limit = max(longest_that_fits(np.concatenate(lengths), most_characters), _SHORTEST)
    warnings.warn(
        f"the texts have {total:,} characters, of which about {most_characters:,} can be read; "
        f"the classifier sees the first {limit:,} of each. Give shorter texts, or features.",
        DataWarning,
        stacklevel=4,
    )
    table = items.table
    for name, column in texts.items():
        cut = pc.utf8_slice_codeunits(column, 0, limit)
        table = table.set_column(table.column_names.index(name), name, cut)
    return Items(table, items.item_ids)


def longest_that_fits(lengths: IntArray, total: int) -> int:
    """Return the largest length to which all must be cut so that they fit into `total`.

    Parameters
    ----------
    lengths : numpy.ndarray of int64, shape (n_texts,)
        Number of characters of each text.
    total : int
        How many there may be together.

    Examples
    --------
    Short texts leave their share to long ones:

    >>> longest_that_fits(np.array([1, 5, 100, 200]), 66)
    30
    """
    ordered = np.sort(lengths)
    before = np.concatenate([[0], np.cumsum(ordered)])[:-1]
    n_longer = len(ordered) - np.arange(len(ordered))
    fits = np.flatnonzero(before + ordered * n_longer > total)
    if not len(fits):
        return int(ordered[-1]) if len(ordered) else 0
    first = fits[0]
    return int((total - before[first]) // n_longer[first])


def _lengths(column: pa.ChunkedArray) -> IntArray:
    counted = pc.fill_null(pc.utf8_length(column), 0)
    return np.asarray(counted.to_numpy(), dtype=np.int64)
