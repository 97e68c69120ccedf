"""Features of items for a linear classifier: TF-IDF of texts, scaled numbers, one-hot categories."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import scipy.sparse as sp

from weaklabel.core import IntArray, Items
from weaklabel.errors import ItemsError, LabelsError, wrong_value
from weaklabel.near_duplicates import near_duplicate_groups, near_duplicate_rows
from weaklabel.refine._columns import ColumnRoles

__all__ = [
    "Features",
    "Transformer",
    "check_finite",
    "content_groups",
    "given_features",
    "item_features",
]

#: n_items rows; a sparse matrix in compressed rows, or an array.
Features: TypeAlias = Any

#: Most frequent terms kept; more cost memory and hardly help a linear classifier of short texts.
_MOST_WORDS = 50_000
_MOST_CHARACTERS = 100_000
#: Rows, or stored values, that are looked at together.
_ROWS_CHECKED = 100_000
#: With fewer columns, rows point the same way by chance.
_FEWEST_DIMENSIONS = 32
#: From so many items on, a term must occur in two of them.
_MANY_ITEMS = 500


class Transformer(Protocol):
    """A scikit-learn transformer that needs no labels."""

    def fit_transform(self, X: Any) -> Any:  # noqa: N803 - scikit-learn's name
        """Return the features of all items."""
        ...


def item_features(items: Items, roles: ColumnRoles) -> Features:
    """Return the features of the columns that have a role.

    Parameters
    ----------
    items : Items
        The items.
    roles : ColumnRoles
        Which columns are what.

    Returns
    -------
    scipy.sparse.csr_array of float32, shape (n_items, n_features)
        For each text column TF-IDF of words (1 to 2) and of characters within
        words (2 to 4), each row of unit length; numbers with mean 0 and standard
        deviation 1, missing ones at the median with a column that says so; one
        column for each category. No labels are used.

    Raises
    ------
    ItemsError
        If no column has a role, or the columns have no content at all.
    """
    blocks = [block for name in roles.texts for block in _text_blocks(items.texts(name))]
    blocks += [sp.csr_array(_number_block(items.table.column(name))) for name in roles.numbers]
    blocks += [_category_block(items.column(name)) for name in roles.categories]
    blocks = [block for block in blocks if block.shape[1]]
    if not blocks:
        raise ItemsError(
            f"items has no usable column among {list(items.column_names)}, must have a text, a "
            "number or a category that differs between items. Name text_columns, or give features."
        )
    return sp.csr_array(sp.hstack(blocks, format="csr", dtype=np.float32))


def given_features(
    features: npt.ArrayLike | Callable[[Items], Any] | Transformer,
    items: Items,
    text_columns: Sequence[str] | None,
) -> Features:
    """Return the caller's own features as an array or sparse matrix with one row for each item.

    Parameters
    ----------
    features : array, sparse matrix, callable or transformer
        The features themselves; a function from items to them; or a transformer,
        whose ``fit_transform`` gets the texts of `text_columns` joined by line
        breaks where they are named, else all columns as a pandas DataFrame.
    items : Items
        The items.
    text_columns : sequence of str or None
        Text columns for a transformer of texts.

    Returns
    -------
    array or sparse matrix in compressed rows, of float32 or float64
        Arrays of these types are not copied, memory-mapped ones neither; others
        are converted.

    Raises
    ------
    LabelsError
        If the result has another number of rows, or is not two-dimensional numbers.
    """
    made: Any = features
    if hasattr(features, "fit_transform"):
        made = features.fit_transform(
            items.to_pandas() if text_columns is None else joined_texts(items, text_columns)
        )
    elif callable(features):
        made = features(items)
    matrix: Any = made.tocsr() if hasattr(made, "tocsr") else np.asarray(made)
    if matrix.dtype.kind not in "fiub":
        raise LabelsError(
            wrong_value("dtype of features", str(matrix.dtype), "numbers", "Encode texts first.")
        )
    if matrix.ndim != 2 or matrix.shape[0] != items.n_items or not matrix.shape[1]:
        raise LabelsError(
            f"features has shape {matrix.shape}, must be ({items.n_items}, n_features), one row for "
            "each item. Give a single number for each item as features[:, None]; a transformer of "
            "texts needs text_columns, one of tables none."
        )
    return matrix if matrix.dtype in (np.float32, np.float64) else matrix.astype(_wider(matrix))


def check_finite(features: Features) -> None:
    """Raise LabelsError, with its place, if a feature is NaN or infinite."""
    values = features.data if hasattr(features, "indptr") else features
    for low in range(0, len(values), _ROWS_CHECKED):
        finite = np.isfinite(values[low : low + _ROWS_CHECKED])
        if finite.all():
            continue
        place = np.argwhere(~finite)[0]
        bad = values[low + place[0]] if values.ndim == 1 else values[low + place[0], place[1]]
        raise LabelsError(
            wrong_value(
                f"features[{_row(features, low + place[0])}]",
                float(bad),
                "finite everywhere",
                "Fill missing values, or pass a classifier that accepts them.",
            )
        )


def _row(features: Features, position: int) -> str:
    if not hasattr(features, "indptr"):
        return f"{position}"
    return str(int(np.searchsorted(features.indptr, position, side="right")) - 1)


def _wider(matrix: Any) -> type[np.floating[Any]]:
    """Return the float type that holds numbers of this type, so that products need no copy."""
    small = matrix.dtype.itemsize <= 2  # half precision, small integers, booleans
    return np.float32 if small else np.float64


def content_groups(items: Items, roles: ColumnRoles, features: Features, seed: int) -> IntArray:
    """Return a group for each item: items of one group say the same, or nearly.

    Texts are grouped as near-duplicates; items without texts by the cosine of their
    `features` where these look like embeddings, which are dense and of at least 32
    columns; others by equal values, or without usable columns by equal `features`.
    """
    import pandas as pd

    if roles.texts:
        return near_duplicate_groups(joined_texts(items, roles.texts), seed=seed)
    if _are_embeddings(features):
        return near_duplicate_rows(features, seed=seed)
    if roles:
        frame = items.table.select([*roles.numbers, *roles.categories]).to_pandas()
        rows = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    else:
        rows = np.array([_row_content(features, i) for i in range(items.n_items)])
    return np.unique(rows, return_inverse=True)[1].astype(np.int64)


def _are_embeddings(features: Features) -> bool:
    if hasattr(features, "indptr") or features.shape[1] < _FEWEST_DIMENSIONS:
        return False
    try:
        check_finite(features)
    except LabelsError:  # a table with gaps, for a classifier that accepts them
        return False
    return True


def joined_texts(items: Items, columns: Sequence[str]) -> list[str]:
    """Return the texts of `columns`, joined by line breaks, one for each item."""
    names = (columns,) if isinstance(columns, str) else columns
    return ["\n".join(parts) for parts in zip(*(items.texts(name) for name in names), strict=True)]


def _row_content(features: Features, i: int) -> bytes:
    """Return a hash of one row; a sparse row is never made dense."""
    if not hasattr(features, "indptr"):
        return hashlib.blake2b(features[i].tobytes(), digest_size=16).hexdigest().encode()
    cells = slice(features.indptr[i], features.indptr[i + 1])
    content = features.indices[cells].tobytes() + features.data[cells].tobytes()
    return hashlib.blake2b(content, digest_size=16).hexdigest().encode()


def _text_blocks(texts: list[str]) -> list[Features]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    shared = {"sublinear_tf": True, "dtype": np.float32, "min_df": 1 + (len(texts) >= _MANY_ITEMS)}
    words = TfidfVectorizer(ngram_range=(1, 2), max_features=_MOST_WORDS, **shared)
    characters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 4), max_features=_MOST_CHARACTERS, **shared
    )
    blocks = []
    for vectorizer in (words, characters):
        try:
            blocks.append(vectorizer.fit_transform(texts))
        except ValueError as error:  # no term at all: only emoji, or nothing twice
            if "vocabulary" not in str(error) and "no terms remain" not in str(error).lower():
                raise
    return blocks


def _number_block(column: Any) -> npt.NDArray[np.float32]:
    values = np.asarray(column.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    missing = ~np.isfinite(values)
    if missing.all():
        return np.empty((len(values), 0), dtype=np.float32)
    values = np.where(missing, np.median(values[~missing]), values)
    values = values / max(float(np.abs(values).max()), 1e-300)  # so that squares stay finite
    spread = float(values.std())
    flag = (missing - missing.mean())[:, None] if missing.any() else np.empty((len(values), 0))
    scaled = ((values - values.mean()) / spread)[:, None] if spread > 1e-12 else flag[:, :0]
    return np.hstack([scaled, flag]).astype(np.float32)


def _category_block(values: list[Any]) -> Features:
    names, codes = np.unique([str(v) for v in values], return_inverse=True)
    ones = np.ones(len(values), dtype=np.float32)
    shape = (len(values), len(names))
    return sp.csr_array((ones, (np.arange(len(values)), codes.ravel())), shape=shape)
