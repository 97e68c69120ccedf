"""Which texts say the same, by MinHash over their shingles; which rows of numbers, by cosine."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from weaklabel.core import BoolArray, IntArray
from weaklabel.core._check import check_int, check_number
from weaklabel.errors import ItemsError, wrong_value

__all__ = ["near_duplicate_groups", "near_duplicate_rows"]

#: Characters in a shingle: four carry spelling and word order, and survive a changed word.
_SHINGLE = 4
#: Below so many characters one letter moves the Jaccard index by more than a fifth.
_SHORTEST = 8
_N_HASHES = 64
#: How many bands of the signature may miss a pair at the threshold: 1 in 200.
_MISS = 0.005
#: How often the rest of a bucket is compared with a new representative.
_ROUNDS = 8
#: Characters hashed at once: about 50 MB of temporary arrays.
_BLOCK = 1_000_000
_HASH_BITS = np.uint64(40)
#: Signs of projections of a row, in bands of 16: of a million rows, 15 share a band by chance.
_N_SIGNS = 384
_SIGNS_PER_BAND = 16
#: Standard deviations by which more signs of a pair may differ than its cosine lets expect.
_SIGN_SLACK = 4.0
#: Rows projected, or pairs compared, at once.
_ROWS_AT_ONCE = 20_000
_MULTIPLIERS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)

_UInt64 = npt.NDArray[np.uint64]
_IsNear = Callable[[IntArray, IntArray], BoolArray]


def near_duplicate_groups(
    texts: Sequence[str],
    *,
    threshold: float = 0.8,
    seed: int = 0,
    watch: Callable[[range], Iterable[int]] = iter,
) -> IntArray:
    """Return a group number for each text, equal for texts that are identical or nearly so.

    Texts are compared without regard to case, punctuation, spacing and the
    digits of numbers. Two longer texts are near-duplicates when the Jaccard
    index of their sets of four-character shingles reaches `threshold`; groups
    are the connected components, so a chain of small edits is one group.

    Parameters
    ----------
    texts : sequence of str
        The texts, in any order; the grouping does not depend on it.
    threshold : float
        Jaccard index in [0.1, 1] from which two texts are near-duplicates.
    seed : int
        Seed of the hash functions.
    watch : callable
        Wraps the steps of the work, of about equal length, to show how far it is, as
        ``tqdm.auto.tqdm`` does.

    Returns
    -------
    numpy.ndarray of int64, shape (n_texts,)
        Group numbers 0, 1, … in the order in which the groups first appear.

    Raises
    ------
    ItemsError
        If an element is no text.
    ParameterError
        If `threshold` or `seed` is outside what is allowed.

    Notes
    -----
    MinHash signatures [1]_ of 64 hashes, cut into bands; texts that share a
    band are candidates, and each candidate pair is checked by its exact Jaccard
    index. In a band, texts are compared with up to eight representatives and
    not with each other, so time is linear in the number of characters however
    many texts look alike. A pair at the threshold is missed with probability
    below 0.005. Texts of under eight characters after normalisation, and texts
    without letters and digits, are grouped only when they are equal.

    References
    ----------
    .. [1] A. Z. Broder, "On the resemblance and containment of documents",
       Compression and Complexity of Sequences, 1997.

    Examples
    --------
    >>> near_duplicate_groups(["Win 50 dollars!!", "hello", "win 99 DOLLARS", ""])
    array([0, 1, 0, 2])
    """
    threshold = check_number("threshold", threshold, 0.1, 1.0)
    check_int("seed", seed, 0)
    keys = [_normalized(text, i) for i, text in enumerate(texts)]
    distinct = sorted(set(keys))
    group = _group_distinct(distinct, threshold, seed, watch)
    place = {key: int(g) for key, g in zip(distinct, group, strict=True)}
    numbers: dict[int, int] = {}
    found = [numbers.setdefault(place[key], len(numbers)) for key in keys]
    return np.array(found, dtype=np.int64)


def near_duplicate_rows(
    rows: npt.NDArray[np.floating],
    *,
    threshold: float = 0.95,
    seed: int = 0,
    watch: Callable[[range], Iterable[int]] = iter,
) -> IntArray:
    """Return a group number for each row, equal for rows that point the same way, or nearly so.

    For embeddings of items without texts. The mean row is taken away first, since
    embeddings of many models share a direction that makes all of them look alike.

    Parameters
    ----------
    rows : numpy.ndarray of float, shape (n_rows, n_columns)
        Finite numbers; a memory-mapped array is read in blocks. With few columns all
        rows look alike, so give at least some thirty.
    threshold : float
        Cosine in [0.5, 1] from which two rows are near-duplicates.
    seed : int
        Seed of the projections.
    watch : callable
        Wraps the steps of the work, of about equal length, to show how far it is, as
        ``tqdm.auto.tqdm`` does.

    Returns
    -------
    numpy.ndarray of int64, shape (n_rows,)
        Group numbers; groups are connected components, as for texts.

    Raises
    ------
    ParameterError
        If `threshold` or `seed` is outside what is allowed.

    Notes
    -----
    The signs of 384 random projections [1]_, in bands of 16. Candidates that share a
    band, with up to eight representatives in each, are first compared by how many signs
    differ, then by their exact cosine. Time is linear in the number of rows. A pair at
    the default threshold is missed with probability below 0.01; which pairs are missed
    depends on the order of the rows.

    References
    ----------
    .. [1] M. S. Charikar, "Similarity estimation techniques from rounding algorithms",
       STOC 2002.

    Examples
    --------
    >>> rows = np.eye(4)[[0, 1, 0, 2]]
    >>> near_duplicate_rows(rows).tolist()
    [0, 1, 0, 3]
    """
    threshold = check_number("threshold", threshold, 0.5, 1.0)
    check_int("seed", seed, 0)
    component = np.arange(len(rows), dtype=np.int64)
    if len(rows) < 2:
        return component
    center = _mean_row(rows)
    signs = _signs(rows, center, seed)
    share = np.arccos(threshold) / np.pi
    most = _N_SIGNS * share + _SIGN_SLACK * np.sqrt(_N_SIGNS * share * (1 - share))

    def is_near(left: IntArray, right: IntArray) -> BoolArray:
        near = np.empty(len(left), dtype=np.bool_)
        for low in range(0, len(left), _ROWS_AT_ONCE):
            block = slice(low, low + _ROWS_AT_ONCE)
            different = np.bitwise_count(signs[left[block]] ^ signs[right[block]]).sum(axis=1)
            near[block] = different <= most
        maybe = np.flatnonzero(near)
        near[maybe] = _cosines(rows, center, left[maybe], right[maybe]) >= threshold - 1e-6
        return near

    bands = signs.view(np.uint16)
    for band in watch(range(bands.shape[1])):
        component = _join_band(bands[:, band].astype(np.uint64), component, is_near)
    return component


def _mean_row(rows: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    total = np.zeros(rows.shape[1])
    for low in range(0, len(rows), _ROWS_AT_ONCE):
        total += rows[low : low + _ROWS_AT_ONCE].sum(axis=0, dtype=np.float64)
    return np.asarray(total / len(rows))


def _signs(rows: npt.NDArray[np.floating], center: npt.NDArray[np.float64], seed: int) -> _UInt64:
    """Return the signs of the projections of each row, packed into 64-bit words."""
    rng = np.random.default_rng(seed)
    directions = rng.standard_normal((rows.shape[1], _N_SIGNS), dtype=np.float32)
    packed = np.empty((len(rows), _N_SIGNS // 64), dtype=np.uint64)
    for low in range(0, len(rows), _ROWS_AT_ONCE):
        block = (rows[low : low + _ROWS_AT_ONCE] - center).astype(np.float32)
        packed[low : low + _ROWS_AT_ONCE] = np.packbits(block @ directions > 0, axis=1).view(
            np.uint64
        )
    return packed


def _cosines(
    rows: npt.NDArray[np.floating],
    center: npt.NDArray[np.float64],
    left: IntArray,
    right: IntArray,
) -> npt.NDArray[np.float64]:
    """Return the cosine of each pair; 1 where both rows are the mean row, 0 where one is."""
    cosines = np.empty(len(left))
    for low in range(0, len(left), _ROWS_AT_ONCE):
        block = slice(low, low + _ROWS_AT_ONCE)
        one, other = rows[left[block]] - center, rows[right[block]] - center
        lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
        equal = (one == other).all(axis=1)
        dots = np.einsum("ij,ij->i", one, other)
        cosines[block] = np.divide(dots, lengths, out=np.zeros(len(dots)), where=lengths > 0)
        cosines[block][equal] = 1.0
    return cosines


def _normalized(text: object, i: int) -> str:
    if not isinstance(text, str):
        raise ItemsError(wrong_value(f"texts[{i}]", text, "a text", "Replace missing texts by ''."))
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = re.sub(r"\d+", "0", re.sub(r"[\W_]+", " ", folded)).strip()
    return words or "".join(text.split())


def _group_distinct(
    texts: list[str], threshold: float, seed: int, watch: Callable[[range], Iterable[int]]
) -> IntArray:
    """Return a component number for each of the distinct, sorted, normalised texts."""
    root = np.arange(len(texts), dtype=np.int64)
    long = np.array([i for i, t in enumerate(texts) if len(t) >= _SHORTEST], dtype=np.int64)
    if len(long) < 2 or threshold == 1.0:
        return root
    chosen = [texts[i] for i in long]
    n_rows = _rows_per_band(threshold)
    starts = range(0, _N_HASHES - n_rows + 1, n_rows)
    blocks = list(_blocks([len(t) for t in chosen]))
    hash_functions = _hash_functions(seed)
    signatures = np.empty((len(chosen), _N_HASHES), dtype=np.uint32)
    component = np.arange(len(chosen), dtype=np.int64)

    def is_near(left: IntArray, right: IntArray) -> BoolArray:
        return _is_near(left, right, chosen, threshold)

    for step in watch(range(len(blocks) + len(starts))):
        if step < len(blocks):
            low, high = blocks[step]
            signatures[low:high] = _signatures(chosen[low:high], hash_functions)
            continue
        start = starts[step - len(blocks)]
        band = _combined(signatures[:, start : start + n_rows])
        component = _join_band(band, component, is_near)
    root[long] = long[component]
    return root


def _rows_per_band(threshold: float) -> int:
    for rows in (8, 4, 2):
        if (1 - threshold**rows) ** (_N_HASHES // rows) <= _MISS:
            return rows
    return 1


def _hash_functions(seed: int) -> _UInt64:
    """Return the factor and the shift of each hash function."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 2**63, size=(_N_HASHES, 2), dtype=np.uint64) * 2 + 1


def _signatures(texts: list[str], hash_functions: _UInt64) -> npt.NDArray[np.uint32]:
    signatures = np.empty((len(texts), len(hash_functions)), dtype=np.uint32)
    shingles, starts = _shingles(texts)
    for h, (factor, shift) in enumerate(hash_functions):
        hashed = ((shingles * factor + shift) >> np.uint64(32)).astype(np.uint32)
        signatures[:, h] = np.minimum.reduceat(hashed, starts)
    return signatures


def _blocks(sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield ranges of texts that together have about `_BLOCK` characters, or are one text."""
    low, filled = 0, 0
    for i, size in enumerate(sizes):
        if filled and filled + size > _BLOCK:
            yield low, i
            low, filled = i, 0
        filled += size
    if low < len(sizes):
        yield low, len(sizes)


def _shingles(texts: Sequence[str]) -> tuple[_UInt64, IntArray]:
    """Return the 64-bit hashes of all shingles, and where those of each text start."""
    joined = "".join(texts).encode("utf-32-le", "surrogatepass")
    points = np.frombuffer(joined, dtype=np.uint32).astype(np.uint64)
    lengths = np.array([len(t) for t in texts], dtype=np.int64)
    counts = lengths - _SHINGLE + 1
    n_windows = len(points) - _SHINGLE + 1
    hashes = np.zeros(n_windows, dtype=np.uint64)
    for offset, multiplier in enumerate(_MULTIPLIERS):
        hashes += points[offset : offset + n_windows] * np.uint64(multiplier)
    hashes ^= hashes >> np.uint64(29)  # spread high bits downwards, as SplitMix64 does
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    hashes ^= hashes >> np.uint64(32)
    inside = np.ones(n_windows, dtype=np.bool_)
    for end in range(1, _SHINGLE):  # windows that begin in the last letters reach into the next
        inside[np.cumsum(lengths)[:-1] - end] = False
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
    return hashes[inside], starts


def _combined(band: npt.NDArray[np.uint32]) -> _UInt64:
    """Return one number for each row; rows that collide by chance fail the exact check."""
    combined = np.zeros(len(band), dtype=np.uint64)
    for column in band.T:
        combined = (combined ^ column) * np.uint64(_MULTIPLIERS[0])
    return combined


def _join_band(band: _UInt64, component: IntArray, is_near: _IsNear) -> IntArray:
    """Return `component` after joining the near-duplicates among those with equal bands."""
    rest = np.argsort(band, kind="stable")
    buckets = band[rest]
    for _ in range(_ROUNDS):
        first = np.flatnonzero(np.r_[True, buckets[1:] != buckets[:-1]])
        sizes = np.diff(np.r_[first, len(rest)])
        leaders = np.repeat(rest[first], sizes)
        open_ = component[leaders] != component[rest]
        if not open_.any():
            break
        near = is_near(leaders[open_], rest[open_])
        component = _merge(component, leaders[open_][near], rest[open_][near])
        left = component[leaders] != component[rest]
        rest, buckets = rest[left], buckets[left]
        if not len(rest):
            break
    return component


def _is_near(left: IntArray, right: IntArray, texts: list[str], threshold: float) -> BoolArray:
    near = np.empty(len(left), dtype=np.bool_)
    sizes = [len(texts[a]) + len(texts[b]) for a, b in zip(left, right, strict=True)]
    for low, high in _blocks(sizes):
        one = _sets([texts[i] for i in left[low:high]])
        other = _sets([texts[i] for i in right[low:high]])
        together = np.sort(np.concatenate([one, other]))
        n_both = _count(together[1:][together[1:] == together[:-1]], high - low)
        n_either = _count(one, high - low) + _count(other, high - low) - n_both
        near[low:high] = n_both >= threshold * n_either
    return near


def _sets(texts: list[str]) -> _UInt64:
    """Return the distinct shingles of all texts, the text's position in the upper 24 bits."""
    hashes, starts = _shingles(texts)
    owner = np.repeat(np.arange(len(texts), dtype=np.uint64), np.diff(np.r_[starts, len(hashes)]))
    keys = np.sort((owner << _HASH_BITS) | (hashes >> np.uint64(24)))
    return keys[np.r_[True, keys[1:] != keys[:-1]]]


def _count(keys: _UInt64, n_texts: int) -> IntArray:
    return np.bincount((keys >> _HASH_BITS).astype(np.int64), minlength=n_texts)


def _merge(component: IntArray, left: IntArray, right: IntArray) -> IntArray:
    """Return components after joining those of `left` and `right`, named by their least member."""
    if not len(left):
        return component
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(component)
    edges = (np.ones(len(left), dtype=np.int8), (component[left], component[right]))
    _, merged = connected_components(coo_array(edges, shape=(n, n)), directed=False)
    least = np.full(n, n, dtype=np.int64)
    np.minimum.at(least, merged, np.arange(n))
    return np.asarray(least[merged[component]], dtype=np.int64)
