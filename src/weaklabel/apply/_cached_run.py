"""CachedRun: the cache of votes as one run of labeling functions sees it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from time import monotonic

from weaklabel.apply._cache import VoteCache, column_key
from weaklabel.apply._fingerprint import RowsFingerprints
from weaklabel.apply._kept import kept_of
from weaklabel.core import CodeArray, Items, LabelSchema
from weaklabel.errors import DataWarning, WriteError
from weaklabel.lf import LabelingFunction

__all__ = ["CachedChunk", "CachedRun", "votes_key"]

#: Finished columns wait for others to share a file with, but no longer than this.
_WRITE_AFTER_SECONDS = 1.0
#: Kinds whose answers come from code or a model of the user's, and may be costly.
_OF_USERS = frozenset({"row", "batch", "classifier", "model"})


class CachedRun:
    """Finds and keeps the votes of one run; does nothing where there is no cache.

    Parameters
    ----------
    cache : VoteCache or path, optional
        Where votes are kept.
    lfs : sequence of LabelingFunction
        Their versions are reckoned now, before any of them runs and so may change a
        constant that it is made of.
    schema : LabelSchema
        The classes.
    """

    def __init__(
        self,
        cache: VoteCache | str | os.PathLike[str] | None,
        lfs: Sequence[LabelingFunction],
        schema: LabelSchema,
    ) -> None:
        self.cache = VoteCache(cache) if isinstance(cache, (str, os.PathLike)) else cache
        self.lfs = lfs
        self.schema = schema
        self.keys = [] if self.cache is None else [votes_key(lf, schema) for lf in lfs]

    @contextmanager
    def chunk(self, items: Items) -> Iterator[CachedChunk]:
        """Give the part of the cache for some items, and write what was kept when the block ends.

        Also when it ends with an error or Ctrl-C: finished columns are not computed again.
        """
        part = CachedChunk(self, items)
        try:
            yield part
        finally:
            part.write()


class CachedChunk:
    """Votes on one chunk of items: those that are known, and those that are to be kept."""

    def __init__(self, run: CachedRun, items: Items) -> None:
        self._run = run
        self._n_rows = items.n_items
        self._chunks: list[str] = []
        if run.cache is not None:
            fingerprints = kept_of(items).fingerprints
            self._chunks = [_fingerprint(lf, fingerprints, items.column_names) for lf in run.lfs]
        self._waiting: dict[int, CodeArray] = {}
        self._written_at = monotonic()

    def load(self) -> dict[int, CodeArray]:
        """Return the votes that are known, by the position of their labeling function."""
        run = self._run
        found: dict[int, CodeArray] = {}
        if run.cache is None:
            return found
        for chunk in dict.fromkeys(self._chunks):
            places = [j for j, one in enumerate(self._chunks) if one == chunk]
            keys = [run.keys[j] for j in places]
            held = run.cache.load(chunk, keys, self._n_rows, run.schema)
            found |= {j: held[run.keys[j]] for j in places if run.keys[j] in held}
        return found

    def keep(self, j: int, codes: CodeArray) -> None:
        """Keep the votes of labeling function `j`; they are written soon."""
        if self._run.cache is None:
            return
        self._waiting[j] = codes
        if monotonic() - self._written_at >= _WRITE_AFTER_SECONDS:
            self.write()

    def write(self) -> None:
        """Write what waits, or warn once that it cannot be written and go on without."""
        run, waiting = self._run, self._waiting
        self._waiting, self._written_at = {}, monotonic()
        if run.cache is None or not waiting:
            return
        try:
            for chunk in dict.fromkeys(self._chunks[j] for j in waiting):
                places = [j for j in waiting if self._chunks[j] == chunk]
                run.cache.store(chunk, {run.keys[j]: waiting[j] for j in places})
        except WriteError as error:  # the votes are there, only the next run is slower
            run.cache = None
            first = run.lfs[next(iter(waiting))].name
            warnings.warn(
                f"votes of {first!r} and those after it are not cached: {error}",
                DataWarning,
                stacklevel=6,
            )


def votes_key(lf: LabelingFunction, schema: LabelSchema) -> str:
    """Return a hash of all that decides the votes of `lf` on given rows."""
    if lf.kind in _OF_USERS:
        return column_key(lf.version, schema)
    # How it is answered is ours: another release may know better.
    return column_key(lf.version, schema, _release())


@cache
def _release() -> str:
    try:
        return version("weaklabel")
    except PackageNotFoundError:  # used from its folder
        return ""


def _fingerprint(lf: LabelingFunction, fingerprints: RowsFingerprints, names: Sequence[str]) -> str:
    """Return the fingerprint of the columns that `lf` reads, all `names` where it does not say."""
    columns = names if lf.rule is None or not lf.columns else lf.columns
    # A function of whole columns sees their types, and can overflow in a narrow one.
    return fingerprints.of(columns, with_types=lf.kind == "batch")
