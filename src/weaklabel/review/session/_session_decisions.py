"""Decisions as a review session makes them: of an item, of a group, with another remark."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace

from weaklabel.core import Decision
from weaklabel.errors import DecisionsError
from weaklabel.review.session._own_answers import numbered
from weaklabel.review.session._session_item import SessionItem
from weaklabel.review.session._session_results import GroupPreview
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.session._turn import Showing

__all__ = ["check_retry", "decision_on", "group_decisions", "remark_on", "remarked"]


def decision_on(
    item: SessionItem,
    label: str | None,
    *,
    reviewer: str,
    source: SessionSource,
    showing: Showing,
    seconds: float,
    dataset_version: str,
    key: str,
) -> Decision:
    """Return the answer of now to an item that was shown, with all that was shown of it.

    The proposed class is stored though it was hidden: `Decision.blind` and `Decision.shown` say
    so, and the answer is measured by it. Who saw the answers of others was not blind.
    """
    return Decision(
        item.item_id,
        label,
        reviewer,
        Decision.now(),
        source.proposed(item.position),
        source.stratum(item.position, showing),
        item.comment,
        item.cause,
        item.text_hash(),
        item.shown(),
        seconds,
        item.blind and not item.others,
        showing.gold,
        dataset_version=dataset_version,
        key=key,
    )


def group_decisions(
    first: Decision,
    preview: GroupPreview,
    source: SessionSource,
    stratum_of: Callable[[int], str],
    said: Mapping[str, tuple[str, str]],
) -> list[Decision]:
    """Return `first` and the same answer to all that `preview` showed, to be stored together.

    Each has an equal part of the seconds, and names the group, by which an undo finds the others.
    Of the others the reviewer saw beginning and proposed class, which is what they say was shown.

    Parameters
    ----------
    first : Decision
        The answer to the item on the screen.
    preview : GroupPreview
        What was shown of the others.
    source : SessionSource
        What is known of them.
    stratum_of : callable
        The stratum that an answer at a place of the queue is stored with.
    said : mapping of str to tuple of str
        Comment and cause that the reviewer put on others before, by item.
    """
    n_items = len(preview.members) + 1
    group = {"action": secrets.token_hex(8), "of": first.item_id, "n_items": n_items}
    seen = dict(first.shown or {})
    seconds = None if first.seconds is None else first.seconds / n_items
    decisions = [replace(first, shown={**seen, "group": group}, seconds=seconds)]
    for n, member in enumerate(preview.members, start=1):
        place = source.place[member.item_id]
        comment, cause = said.get(member.item_id, ("", ""))
        shown = {
            "label": member.proposed,
            "n_characters": len(member.excerpt),
            "guidelines": seen.get("guidelines", ""),
            "group": group,
        }
        decisions.append(
            replace(
                first,
                item_id=member.item_id,
                proposed=member.proposed,
                stratum=stratum_of(place),
                comment=comment,
                cause=cause,
                text_hash=source.of(place).text_hash(),
                shown=shown,
                seconds=seconds,
                key=numbered(first.key, n),
            )
        )
    return decisions


def remark_on(
    item_id: str,
    kind: str,
    *,
    reviewer: str,
    key: str,
    about: str = "",
    comment: str = "",
    cause: str = "",
) -> Decision:
    """Return a remark of now, which leaves the answer as it is; the kinds are of `KINDS`."""
    return Decision(
        item_id,
        None,
        reviewer,
        Decision.now(),
        comment=comment,
        cause=cause,
        key=key,
        kind=kind,
        about=about,
    )


def remarked(standing: Decision, comment: str, cause: str, key: str) -> Decision:
    """Return an answer as it was given, with another comment and cause, as of now."""
    # The store gives it a salt of its own, as the payload is another one.
    return replace(
        standing,
        decided_at=Decision.now(),
        comment=comment,
        cause=cause,
        key=key,
        salt="",
        payload_hash="",
    )


def check_retry(
    first: Decision, key: str, *, label: str | None, item_id: str | None = None, kind: str = ""
) -> None:
    """Raise DecisionsError if what is stored under a key is not what is asked for again."""
    same_item = item_id is None or item_id == first.item_id
    if not same_item or (first.kind, first.label) != (kind, label):
        raise DecisionsError(
            f"key {key!r} is that of another decision, on {first.item_id!r}. Give each answer a "
            "key of its own; only a retry of the same answer has the same."
        )
