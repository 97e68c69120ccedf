"""SessionItem: all that one reviewer sees of one item, as values that JSON can hold."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, time
from typing import TypeAlias

from weaklabel.core._html import escape
from weaklabel.review.session._highlights import Highlight
from weaklabel.review.session._turn import OtherAnswer

__all__ = ["Chip", "Field", "Fold", "Json", "NearDuplicate", "SessionItem", "plain"]

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

#: JavaScript's numbers are exact up to here.
_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Fold:
    """How long a text is, and how many of its first characters are shown unless asked for more.

    Parameters
    ----------
    length, first : int
        In characters (code points).
    """

    length: int
    first: int


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the item, its value unchanged.

    Parameters
    ----------
    name : str
        The column.
    value : str, int, float, bool, None, list or dict
        See `plain`.
    fold : Fold or None
        Where the value is a text that is longer than what is shown at once.
    is_image : bool
        Whether the value is the path or the URL of an image.
    """

    name: str
    value: Json
    fold: Fold | None = None
    is_image: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """One vote on the item.

    Parameters
    ----------
    function, label : str
        The labeling function, and the class that it votes for.
    precision : float or None
        How often it is right when it votes, in [0, 1], where that is known.
    version : str
        Of the labeling function, "" where it is not known.
    """

    function: str
    label: str
    precision: float | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """An item that says nearly the same: its id and the beginning of its text."""

    item_id: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class SessionItem:
    """What a reviewer sees of one item.

    Parameters
    ----------
    position, total : int
        Place in the queue from 0, and how many items the queue has.
    item_id : str
        The item.
    fields : tuple of Field
        Its columns, texts in full; they are data of strangers, never markup.
    stratum : str
        Why it was chosen.
    proposed : str or None
        The proposed class; None where `blind`.
    probabilities : mapping of str to float
        Of each class; empty where `blind`.
    reasons : tuple of str
        Why it is here, in words; empty where `blind`.
    votes : tuple of Chip
        The votes that were cast; empty where `blind`, or where no votes were given.
    n_abstained : int or None
        How many labeling functions abstained; None where `blind`, or without votes.
    highlights : tuple of Highlight
        What labeling functions matched in its texts; empty where `blind`.
    near_duplicates : tuple of NearDuplicate
        The first few of them.
    n_near_duplicates : int
        How many there are.
    guidelines, guidelines_version : str
        The text beside the item, and its version.
    blind : bool
        Whether proposal, probabilities, reasons, votes and highlights are left out.
    state : {"open", "answered", "skipped", "escalated"}
        What this reviewer did with it.
    answer : str or None
        The class that this reviewer gave it.
    comment, cause : str
        Stored with the answer, or as a note that the answer takes in.
    flagged : bool
        Whether this reviewer flagged it.
    wrong_functions : tuple of str
        Labeling functions that this reviewer says are wrong here.
    others : tuple of OtherAnswer
        What others said of it; of an adjudication only.
    """

    position: int
    total: int
    item_id: str
    fields: tuple[Field, ...]
    stratum: str
    proposed: str | None
    probabilities: Mapping[str, float]
    reasons: tuple[str, ...]
    votes: tuple[Chip, ...]
    n_abstained: int | None
    highlights: tuple[Highlight, ...]
    near_duplicates: tuple[NearDuplicate, ...]
    n_near_duplicates: int
    guidelines: str
    guidelines_version: str
    blind: bool
    state: str = "open"
    answer: str | None = None
    comment: str = ""
    cause: str = ""
    flagged: bool = False
    wrong_functions: tuple[str, ...] = ()
    others: tuple[OtherAnswer, ...] = ()

    def to_dict(self, *, folded: bool = False) -> dict[str, Json]:
        """Return all of it as strict JSON can hold it.

        Parameters
        ----------
        folded : bool
            Whether of texts with a fold only the first characters come along. Highlights count
            in code points of the whole text, and may lie beyond them.
        """
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        values["fields"] = [_field(field, folded) for field in self.fields]
        values["probabilities"] = dict(self.probabilities)
        for name in ("reasons", "wrong_functions"):
            values[name] = list(values[name])
        values["highlights"] = [h._asdict() for h in self.highlights]
        for name in ("votes", "near_duplicates", "others"):
            values[name] = [asdict(each) for each in values[name]]
        return values

    def shown(self) -> dict[str, Json]:
        """Return what `Decision.shown` keeps of it: no text, which has a hash of its own."""
        seen: dict[str, Json] = {
            "columns": [field.name for field in self.fields],
            "guidelines": self.guidelines_version,
            "near_duplicates": [each.item_id for each in self.near_duplicates],
        }
        if not self.blind:
            seen |= {
                "label": self.proposed,
                "probabilities": dict(self.probabilities),
                "reasons": list(self.reasons),
                "votes": [asdict(chip) for chip in self.votes],
                "n_abstained": self.n_abstained,
            }
        if self.others:
            seen["others"] = [asdict(each) for each in self.others]
        return seen

    def text_hash(self) -> str:
        """Return the SHA-256 of the fields as JSON: names sorted, no blanks, UTF-8."""
        values = {field.name: field.value for field in self.fields}
        text = json.dumps(
            values, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(field.name)}</th><td>{escape(str(_field(field, True)['value']))}</td>"
            "</tr>"
            for field in self.fields
        )
        return (
            f"<div><p>{self.position + 1} of {self.total}: {escape(self.item_id)}, proposed "
            f"{escape(self.proposed or 'hidden')}</p><table><tbody>{rows}</tbody></table></div>"
        )


def plain(value: object) -> Json:
    """Return a value of a table as JSON can hold it, texts as they are.

    What a browser would read as another number is a text: integers beyond 2**53 and infinities.
    NaN is None, a missing value. Bytes are said to be that, with their number; all else, such as
    dates, is its text.

    Examples
    --------
    >>> plain([1, 2.5, float("nan"), float("inf"), 2**60, b"abc", None])
    [1, 2.5, None, 'inf', '1152921504606846976', '3 bytes', None]
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _EXACT else str(value)
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def _field(field: Field, folded: bool) -> dict[str, Json]:
    fold, value = field.fold, field.value
    if folded and fold is not None and isinstance(value, str):
        value = value[: fold.first]
    return {
        "name": field.name,
        "value": value,
        "fold": None if fold is None else {"length": fold.length, "first": fold.first},
        "is_image": field.is_image,
    }
