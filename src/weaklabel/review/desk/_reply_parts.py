"""Parts of replies beside the screen, each cut to the bytes that it may have."""

from __future__ import annotations

from weaklabel.review.desk._item_dicts import cut, json_bytes
from weaklabel.review.desk._short_names import fitting, short_name, unicode_text
from weaklabel.review.session._session_item import Json
from weaklabel.review.session._session_results import Answered, GroupPreview

__all__ = ["answered_dict", "group_dict", "text_piece"]

#: Code points of a text in one reply at most.
_PIECE = 50_000
#: Items that a reply names of those that were answered or undone in one go.
_NAMED = 60


def answered_dict(answered: Answered) -> dict[str, Json]:
    """Return what was stored: `Answered.to_dict`, with the number of its items.

    Examples
    --------
    >>> answered_dict(Answered("skip", ("a",), None))
    {'kind': 'skip', 'item_ids': ['a'], 'label': None, 'n_items': 1}
    """
    return {
        **answered.to_dict(),
        "item_ids": [short_name(item_id) for item_id in answered.item_ids[:_NAMED]],
        "label": None if answered.label is None else short_name(answered.label),
        "n_items": len(answered.item_ids),
    }


def text_piece(text: str, start: int, max_bytes: int) -> dict[str, Json]:
    """Return the part of a text from `start` on, which the next one goes on after.

    Examples
    --------
    >>> text_piece("abcdefghij", 4, 205)
    {'start': 4, 'text': 'efg', 'length': 10}
    """
    part = unicode_text(text[start : start + _PIECE])
    return {"start": start, "text": fitting(part, max_bytes - 200), "length": len(text)}


def group_dict(preview: GroupPreview, max_bytes: int) -> dict[str, Json]:
    """Return `GroupPreview.to_dict`, with as much of each member as there is room for."""
    members: list[Json] = []
    for n_characters in (200, 60, 20, 1):
        members = [
            {
                "item_id": short_name(member.item_id),
                "proposed": short_name(member.proposed),
                "excerpt": cut(member.excerpt, n_characters, 0),
            }
            for member in preview.members
        ]
        if json_bytes(members) <= max_bytes:
            break
    return {"item_id": short_name(preview.item_id), "members": members, "n_more": preview.n_more}
