"""The near-duplicates of an item that its answer may reach too, and whether it may."""

from __future__ import annotations

from weaklabel.errors import DecisionsError, wrong_value
from weaklabel.review.session._session_item import SessionItem
from weaklabel.review.session._session_record import SessionRecord
from weaklabel.review.session._session_results import GroupMember, GroupPreview
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.session._turn import Turn

__all__ = ["checked_preview", "preview_of"]

#: Members of a group on one screen.
_MEMBERS = 50


def preview_of(
    item: SessionItem, source: SessionSource, record: SessionRecord, turn: Turn
) -> GroupPreview:
    """Return the open near-duplicates of an item that was shown, none for a blind one.

    Left out is what needs a look of its own: items whose proposal is hidden, that somebody
    passed to an expert, or that are another reviewer's to answer.
    """
    places: list[int] = []
    if source.groups is not None and not item.blind:
        of_group = source.groups.places_with(item.position)
        is_open = record.figures.open[of_group]
        places = [p for p in of_group[is_open].tolist() if p != item.position]
    places = [p for p in places if _may_reach(p, source, record, turn)]
    members = [
        GroupMember(source.ids[i], source.proposed(i), source.excerpt(i)) for i in places[:_MEMBERS]
    ]
    return GroupPreview(item.item_id, tuple(members), len(places) - len(members))


def checked_preview(
    preview: GroupPreview | None, item: SessionItem, record: SessionRecord, confirmed: bool
) -> GroupPreview:
    """Return what was shown of a group if the answer may reach it; otherwise DecisionsError."""
    if preview is None:
        raise DecisionsError(
            f"the group of {item.item_id!r} was not shown. Call group(), show all of it, and "
            "ask the reviewer."
        )
    if not preview.members:
        raise DecisionsError(
            f"item {item.item_id!r} has no open near-duplicates that may be answered with it. "
            "Call answer()."
        )
    if confirmed is not True:
        raise DecisionsError(
            wrong_value(
                "confirmed",
                confirmed,
                f"True to answer {len(preview.members) + 1} items at once",
                "Ask the reviewer.",
            )
        )
    for member in preview.members:
        if member.item_id in record.own.standing or record.own.is_escalated(member.item_id):
            raise DecisionsError(
                f"item {member.item_id!r} of the group is no longer open. Call group() again, and "
                "show what is left."
            )
    return preview


def _may_reach(place: int, source: SessionSource, record: SessionRecord, turn: Turn) -> bool:
    if source.is_blind(place) or record.own.is_escalated(source.ids[place]):
        return False
    how = turn.showing(place)
    return turn.may_see(place) and not (how.blind or how.gold or how.others)
