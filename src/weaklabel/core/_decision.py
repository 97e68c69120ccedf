"""Decision: an answer of a reviewer, a remark, or what undoes or erases these, and its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii
from typing import Any

from weaklabel.core._decision_checks import (
    CAUSES,
    KINDS,
    check_about,
    check_cause,
    check_no_answer,
    check_time,
    check_types,
    checked_seconds,
    checked_shown,
)
from weaklabel.core._html import escape
from weaklabel.core._json_mapping import JsonMapping
from weaklabel.errors import DecisionsError, ParameterError, wrong_value

__all__ = ["ADJUDICATION", "CAUSES", "FIRST_HASH", "KINDS", "Decision"]

#: What the first decision of a log is chained to.
FIRST_HASH = "0" * 64

#: Kinds that neither answer nor withdraw, by the first word of what they say: of each word the
#: latest one of a reviewer on an item stands.
_REMARKS = {
    "note": "note",
    "flag": "flag",
    "unflag": "flag",
    "lf_wrong": "lf",
    "lf_ok": "lf",
}

#: Stratum of the decisions that settle an item, whatever others said.
ADJUDICATION = "adjudication"

#: Fields that decisions did not have from the start: hashed only where they are set.
_LATER_FIELDS: dict[str, object] = {
    "cause": "",
    "text_hash": "",
    "shown": None,
    "seconds": None,
    "blind": False,
    "gold": False,
    "dataset_version": "",
    "key": "",
    "kind": "",
    "about": "",
}

#: What `erased` leaves nothing of: where a decision has a salt, the chain holds only their hash.
_PAYLOAD = ("comment", "shown", "text_hash")


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer of one reviewer to one item, a remark on it, or what undoes or erases these.

    Parameters
    ----------
    item_id : str
        The item that was shown.
    label : str or None
        The class that the reviewer chose; None means "skipped, I cannot say".
    reviewer : str
        Who answered.
    decided_at : str
        When, as an ISO 8601 time with its offset ("2026-05-04T10:15:00+00:00").
    proposed : str or None
        The label that was shown, if any.
    stratum : str
        Why the item was shown ("random" answers alone estimate accuracy honestly).
    comment : str
        The reviewer's remark.
    cause : str
        Why the label was wrong, or the item could not be answered: one of `CAUSES`, "" if
        the reviewer did not say.
    text_hash : str
        Hash of the item's text as it was shown, "" where none was kept.
    shown : mapping or None
        What else the reviewer saw, for example probabilities, votes with the versions of their
        labeling functions, reasons and the version of the guidelines: anything that JSON can
        hold. Kept as a frozen `JsonMapping`.
    seconds : float or None
        How long the reviewer took, in seconds, at least 0; None where nobody measured.
    blind : bool
        Whether the proposed label and the answers of others were hidden.
    gold : bool
        Whether it was a gold check: an item whose class was known, to measure the reviewer.
    dataset_version : str
        Version of the data set that was reviewed, "" where there was none.
    key : str
        Identifies the answer, so that a retry with the same key is stored once; "" for none.
    kind : str
        One of `KINDS`: "" for an answer, "escalation" for what passes the item to an expert in
        place of an answer, "undo" for what withdraws the reviewer's standing one of these,
        "erasure" for what tells that payloads were erased; "note", "flag", "unflag", "lf_wrong"
        and "lf_ok" are remarks, which leave the answer as it is. All but the first have no
        label, and all but the first two no proposed label and no stratum.
    salt : str
        Random text, which makes the hash of the payload (comment, `shown` and `text_hash`)
        one that nobody can guess. The store gives one to each decision with a payload.
    payload_hash : str
        Hash of a payload that was erased; "" where nothing was.
    about : str
        Of an escalation, who should answer ("" for any expert); of "lf_wrong" and "lf_ok", the
        labeling function; else empty.

    Raises
    ------
    DecisionsError
        If the item or the reviewer is empty, the time is no ISO time with an offset, the
        cause is none of `CAUSES`, or another field is not what is said above.
    """

    item_id: str
    label: str | None
    reviewer: str
    decided_at: str
    proposed: str | None = None
    stratum: str = ""
    comment: str = ""
    cause: str = ""
    text_hash: str = ""
    shown: Mapping[str, Any] | None = None
    seconds: float | None = None
    blind: bool = False
    gold: bool = False
    dataset_version: str = ""
    key: str = ""
    kind: str = ""
    salt: str = field(default="", compare=False, repr=False)
    payload_hash: str = ""
    about: str = ""

    def __post_init__(self) -> None:
        for name in ("item_id", "reviewer"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value.strip():
                raise DecisionsError(wrong_value(name, value, "a non-empty text"))
        check_time(self.decided_at)
        check_cause(self.cause)
        check_types(self)
        if self.seconds is not None:
            object.__setattr__(self, "seconds", checked_seconds(self.seconds))
        if self.shown is not None and not isinstance(self.shown, JsonMapping):
            object.__setattr__(self, "shown", checked_shown(self.shown))
        if self.kind:
            check_no_answer(self)
        if self.kind or self.about:
            check_about(self)
        if self.payload_hash and (self.has_payload or self.salt):
            raise DecisionsError(
                wrong_value(
                    "payload_hash",
                    self.payload_hash,
                    "empty where there is a comment, text_hash, shown or salt",
                    "Only a decision whose payload was erased has one.",
                )
            )

    @property
    def has_payload(self) -> bool:
        """Whether there is something that an erasure removes: comment, `shown` or `text_hash`."""
        return bool(self.comment or self.text_hash or self.shown is not None)

    @property
    def is_answer(self) -> bool:
        """Whether it is an answer, a skip among them, and nothing of another kind."""
        return not self.kind

    @property
    def can_stand(self) -> bool:
        """Whether it is an answer or an escalation: what the next one, or an undo, takes away."""
        return self.kind in ("", "escalation")

    @property
    def remark(self) -> str:
        """What a remark is about, so that a later one with the same supersedes it; else "".

        Examples
        --------
        >>> Decision("a", None, "ann", "2026-05-04T10:15:00+00:00", kind="unflag").remark
        'flag'
        """
        said = _REMARKS.get(self.kind, "")
        return f"{said}:{self.about}" if said == "lf" else said

    def undone(
        self, *, decided_at: str | None = None, key: str = "", comment: str = ""
    ) -> Decision:
        """Return the decision that withdraws this one: with it, the item is open again.

        Parameters
        ----------
        decided_at : str, optional
            When the reviewer undid it; by default now.
        key : str
            Identifies the undo, so that a retry is stored once.
        comment : str
            Why.

        Returns
        -------
        Decision
            Of kind "undo". In a log it withdraws what stands of the reviewer on the item, an
            answer or an escalation; remarks stay.
        """
        at = self.now() if decided_at is None else decided_at
        return Decision(
            self.item_id, None, self.reviewer, at, comment=comment, key=key, kind="undo"
        )

    def erased(self) -> Decision:
        """Return this decision without its payload, with the same hash in a chain.

        Raises DecisionsError if it has a payload but no salt: then the chain holds the payload
        itself.
        """
        if not self.salt and self.has_payload:
            raise DecisionsError(
                f"the decision on {self.item_id!r} has no salt: its comment is part of what the "
                "chain hashes, and cannot be erased without breaking it."
            )
        digest = self.payload_digest()
        return replace(self, comment="", text_hash="", shown=None, salt="", payload_hash=digest)

    def payload_digest(self) -> str:
        """Return the salted hash that stands for the payload in the chain, "" for none."""
        if not self.salt:
            return self.payload_hash
        shown = self.shown.text if isinstance(self.shown, JsonMapping) else None
        record = {"comment": self.comment, "shown": shown, "text_hash": self.text_hash}
        return _sha256(self.salt, record)

    def chained(self, previous_hash: str) -> str:
        """Return the SHA-256 of this decision chained to the hash before it.

        A field that decisions did not have from the start is part of what is hashed only
        where it is set, so that every log that was written before it keeps its hashes, and
        the head that a data set version recorded stays in the chain. To set, change or empty
        such a field gives another hash all the same. Of a decision with a salt, a salted hash
        of the payload is hashed in place of the payload, so that it can be erased.
        """
        values = {name: getattr(self, name) for name in _FIRST_FIELDS}
        for name, default in _LATER_FIELDS.items():
            value = getattr(self, name)
            if value != default:
                values[name] = value.text if name == "shown" else value
        digest = self.payload_digest()
        if digest:
            for name in _PAYLOAD:
                values.pop(name, None)
            values["payload"] = digest
        return _sha256(previous_hash, values)

    def record(self) -> dict[str, str | float | bool | None]:
        """Return all fields by name, `shown` as its JSON text: what files and tables hold."""
        values: dict[str, Any] = {name: getattr(self, name) for name in _ALL_FIELDS}
        if isinstance(self.shown, JsonMapping):
            values["shown"] = self.shown.text
        return values

    @staticmethod
    def of_record(values: Mapping[str, Any]) -> Decision:
        """Return the decision whose `record` is `values`; what is missing has its default.

        Raises DecisionsError if it is none.
        """
        known = {name: values[name] for name in _ALL_FIELDS if name in values}
        shown = known.get("shown")
        if isinstance(shown, str):
            try:
                known["shown"] = JsonMapping.parse(shown)
            except ParameterError as error:
                raise DecisionsError(f"shown of a decision is no JSON object: {error}") from None
        return Decision(**known)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(name)}</th><td>{escape(str(value or ''))}</td></tr>"
            for name, value in self.record().items()
            if name != "salt"
        )
        return f"<div><b>Decision</b><table><tbody>{rows}</tbody></table></div>"

    @staticmethod
    def now() -> str:
        """Return the present time in the form of `decided_at`, in UTC, to the second."""
        return datetime.now(UTC).isoformat(timespec="seconds")


_ALL_FIELDS = tuple(Decision.__dataclass_fields__)
_FIRST_FIELDS = tuple(
    name for name in _ALL_FIELDS if name not in (*_LATER_FIELDS, "salt", "payload_hash")
)


def _sha256(before: str, values: Mapping[str, object]) -> str:
    """Return the hash of `before` and of `values` as JSON: sorted, ASCII, without blanks."""
    # Put together here, because making an encoder for each decision takes as long as the rest.
    parts = [f'"{name}":{_json(values[name])}' for name in sorted(values)]
    return hashlib.sha256(f"{before}{{{','.join(parts)}}}".encode("ascii")).hexdigest()


def _json(value: object) -> str:
    return encode_basestring_ascii(value) if type(value) is str else json.dumps(value)
