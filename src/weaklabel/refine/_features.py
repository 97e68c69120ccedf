"""Features of items for a linear classifier: TF-IDF of texts, scaled numbers, one-hot categories."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import scipy.sparse as sp

from weaklabel.core import IntArray, Items
from weaklabel.errors import ItemsError, LabelsError, wrong_value
from weaklabel.near_duplicates import near_duplicate_groups, near_duplicate_rows
from weaklabel.progress import track
from weaklabel.refine._columns import ColumnRoles

__all__ = [
    "Features",
    "FittedFeatures",
    "Transformer",
    "check_finite",
    "content_groups",
    "fit_features",
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
#: Numbers of other items may be anything; of n items, none is more than sqrt(n) deviations away.
_MOST_DEVIATIONS = 1e6
#: From so many items on, a term must occur in two of them.
_MANY_ITEMS = 500


class FittedFeatures(NamedTuple):
    """Features of the items they were fitted on, and the function that makes those of others."""

    matrix: Features
    encode: Callable[[Items], Features]


class Transformer(Protocol):
    """A scikit-learn transformer that needs no labels."""

    def fit_transform(self, X: Any) -> Any:  # noqa: N803 - scikit-learn's name
        """Return the features of all items."""
        ...


def item_features(items: Items, roles: ColumnRoles, progress: bool | None = False) -> Features:
    """Return the features of the columns that have a role, as `fit_features` makes them."""
    return fit_features(items, roles, progress).matrix


def fit_features(items: Items, roles: ColumnRoles, progress: bool | None = False) -> FittedFeatures:
    """Return the features of the columns that have a role, and how to make them of other items.

    Parameters
    ----------
    items : Items
        The items.
    roles : ColumnRoles
        Which columns are what.
    progress : bool, optional
        Whether to show a progress bar for each pass over texts.

    Returns
    -------
    FittedFeatures
        With a scipy.sparse.csr_array of float32, shape (n_items, n_features): for
        each text column TF-IDF of words (1 to 2) and of characters within
        words (2 to 4), each row of unit length; numbers with mean 0 and standard
        deviation 1, missing ones at the median with a column that says so; one
        column for each category. No labels are used. In other items, terms and
        categories that these do not have are left out.

    Raises
    ------
    ItemsError
        If no column has a role, or the columns have no content at all.
    """
    blocks = [made for name in roles.texts for made in _text_blocks(items, name, progress)]
    blocks += [_number_block(items, name) for name in roles.numbers]
    blocks += [_category_block(items, name) for name in roles.categories]
    blocks = [block for block in blocks if block.matrix.shape[1]]
    if not blocks:
        raise _no_usable_column(items)
    encoders = [block.encode for block in blocks]
    return FittedFeatures(
        _side_by_side([block.matrix for block in blocks]),
        lambda others: _side_by_side([encode(others) for encode in encoders]),
    )


def _no_usable_column(items: Items) -> ItemsError:
    return ItemsError(
        f"items has no usable column among {list(items.column_names)}, must have a text, a "
        "number or a category that differs between items. Name text_columns, or give features."
    )


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
    matrix: Any = made.tocsr() if hasattr(made, "tocsr") else _array(made)
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


def _array(made: Any) -> npt.NDArray[Any]:
    try:
        return np.asarray(made)
    except ValueError as error:
        raise LabelsError(
            "features is a nested list of rows of different length, must be an array with one row "
            "for each item. Give every item as many numbers."
        ) from error


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


def content_groups(
    items: Items,
    roles: ColumnRoles,
    features: Features | None,
    seed: int,
    progress: bool | None = False,
) -> IntArray:
    """Return a group for each item: items of one group say the same, or nearly.

    Texts are grouped as near-duplicates; items without texts by the cosine of their own
    `features` where these look like embeddings, which are dense and of at least 32
    columns; others by equal values, or without usable columns by equal `features`.

    Raises
    ------
    ItemsError
        If no column has a role and no `features` are given.
    """
    import pandas as pd

    watch = partial(track, description="near-duplicates", enabled=progress)
    if roles.texts:
        return near_duplicate_groups(joined_texts(items, roles.texts), seed=seed, watch=watch)
    if features is not None and _are_embeddings(features):
        return near_duplicate_rows(features, seed=seed, watch=watch)
    if roles:
        frame = items.table.select([*roles.numbers, *roles.categories]).to_pandas()
        rows = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    elif features is None:
        raise _no_usable_column(items)
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


def _side_by_side(blocks: list[Features]) -> Features:
    return sp.csr_array(sp.hstack(blocks, format="csr", dtype=np.float32))


def _text_blocks(items: Items, name: str, progress: bool | None) -> list[FittedFeatures]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = items.texts(name)
    shared = {"sublinear_tf": True, "dtype": np.float32, "min_df": 1 + (len(texts) >= _MANY_ITEMS)}
    words = TfidfVectorizer(ngram_range=(1, 2), max_features=_MOST_WORDS, **shared)
    characters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 4), max_features=_MOST_CHARACTERS, **shared
    )
    blocks = []
    for kind, vectorizer in (("words", words), ("characters", characters)):
        shown = track(texts, f"{kind} of {name!r}", total=len(texts), enabled=progress)
        try:
            matrix = vectorizer.fit_transform(shown)
        except ValueError as error:  # no term at all: only emoji, or nothing twice
            if "vocabulary" not in str(error) and "no terms remain" not in str(error).lower():
                raise
            continue
        blocks.append(FittedFeatures(matrix, partial(_encoded_texts, vectorizer, name)))
    return blocks


def _encoded_texts(vectorizer: Any, name: str, items: Items) -> Features:
    return vectorizer.transform(items.texts(name))


class _Scale(NamedTuple):
    """What makes the numbers of a column comparable with those of others."""

    median: float
    largest: float
    mean: float
    spread: float
    share_missing: float


def _number_block(items: Items, name: str) -> FittedFeatures:
    values = _numbers(items, name)
    scale = _scale(values)
    if scale is None:
        return FittedFeatures(_nothing(len(values)), lambda others: _nothing(others.n_items))
    return FittedFeatures(
        _scaled(values, scale), lambda others: _scaled(_numbers(others, name), scale)
    )


def _nothing(n_items: int) -> Features:
    return sp.csr_array((n_items, 0), dtype=np.float32)


def _numbers(items: Items, name: str) -> npt.NDArray[np.float64]:
    column = items.table.column(name).cast(pa.float64(), safe=False)
    return np.asarray(column.to_numpy(), dtype=np.float64)


def _scale(values: npt.NDArray[np.float64]) -> _Scale | None:
    """Return the scale of the numbers that are finite, or None where there are none."""
    missing = ~np.isfinite(values)
    if missing.all():
        return None
    median = float(np.median(values[~missing]))
    filled = np.where(missing, median, values)
    largest = max(float(np.abs(filled).max()), 1e-300)  # so that squares stay finite
    filled = filled / largest
    return _Scale(median, largest, float(filled.mean()), float(filled.std()), float(missing.mean()))


def _scaled(values: npt.NDArray[np.float64], scale: _Scale) -> Features:
    """Return the numbers, where they differ, and whether each is missing, where some are."""
    missing = ~np.isfinite(values)
    columns = []
    if scale.spread > 1e-12:
        filled = np.where(missing, scale.median, values) / scale.largest
        standard = (filled - scale.mean) / scale.spread
        columns.append(np.clip(standard, -_MOST_DEVIATIONS, _MOST_DEVIATIONS))
    if scale.share_missing:
        columns.append(missing - scale.share_missing)
    if not columns:
        return _nothing(len(values))
    return sp.csr_array(np.stack(columns, axis=1).astype(np.float32))


def _category_block(items: Items, name: str) -> FittedFeatures:
    names = np.unique([str(v) for v in items.column(name)])
    encode = partial(_encoded_categories, names, name)
    return FittedFeatures(encode(items), encode)


def _encoded_categories(names: npt.NDArray[np.str_], name: str, items: Items) -> Features:
    values = np.array([str(v) for v in items.column(name)])
    codes = np.minimum(np.searchsorted(names, values), len(names) - 1)
    rows = np.flatnonzero(names[codes] == values)
    ones = np.ones(len(rows), dtype=np.float32)
    return sp.csr_array((ones, (rows, codes[rows])), shape=(len(values), len(names)))
