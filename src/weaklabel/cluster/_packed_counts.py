"""pack_counts: pattern counts as bytes that travel, and back; plain arrays, nothing that runs."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import numpy as np
import numpy.typing as npt

from weaklabel.core import LabelSchema
from weaklabel.errors import FileFormatError
from weaklabel.models import PatternCounts

__all__ = ["pack_counts", "unpack_counts"]

_KIND = "weaklabel pattern counts 1"
_ARRAYS = ("indptr", "cells", "counts", "gold", "weights")


def pack_counts(counts: PatternCounts) -> bytes:
    """Return `counts` as the bytes of an .npz archive of plain arrays with a JSON header.

    Examples
    --------
    >>> from weaklabel.core import VoteMatrix
    >>> votes = VoteMatrix.from_array([[1, -1], [1, -1], [-1, -1]], ["ham", "spam"])
    >>> unpack_counts(pack_counts(PatternCounts.of(votes)))
    PatternCounts(3 items, 1 patterns of 2 labeling functions, 1 items without votes)
    """
    header = {
        "kind": _KIND,
        "n_uncovered": counts.n_uncovered,
        "lf_names": list(counts.lf_names),
        "classes": list(counts.schema.classes),
    }
    arrays: dict[str, npt.NDArray[Any]] = {
        name: getattr(counts, name) for name in _ARRAYS if getattr(counts, name) is not None
    }
    text = json.dumps(header).encode("ascii")
    target = io.BytesIO()
    np.savez_compressed(target, header=np.frombuffer(text, np.uint8), **arrays)  # type: ignore[arg-type]  # its stub takes `allow_pickle` for any of them
    return target.getvalue()


def unpack_counts(content: bytes) -> PatternCounts:
    """Return the counts that `pack_counts` packed.

    Raises
    ------
    FileFormatError
        If `content` is damaged or of another kind; nothing in it is ever run.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            header = json.loads(np.asarray(stored["header"]).tobytes())
            if header["kind"] != _KIND:
                raise ValueError(f"its kind is {header['kind']!r}")
            arrays = {name: stored[name] for name in _ARRAYS if name in stored.files}
        return PatternCounts(
            arrays["indptr"],
            arrays["cells"],
            arrays["counts"],
            arrays["gold"],
            int(header["n_uncovered"]),
            tuple(header["lf_names"]),
            LabelSchema(header["classes"]),
            arrays.get("weights"),
        )
    except (OSError, ValueError, LookupError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise FileFormatError(
            f"these are no pattern counts, or they are damaged: {error}. Count the votes again "
            "with the same version of weaklabel everywhere."
        ) from error
