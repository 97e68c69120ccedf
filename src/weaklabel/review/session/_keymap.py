"""key_bindings: which key does what in a review session, the defaults and what replaces them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from weaklabel.core import LabelSchema
from weaklabel.errors import ParameterError, wrong_value

__all__ = ["Keymap", "classes_like", "key_bindings"]

#: From an action to its key, or keys.
Keymap = Mapping[str, str | Sequence[str]]

#: Keys are named as `KeyboardEvent.key` of browsers names them.
_DEFAULTS: dict[str, tuple[tuple[str, ...], str]] = {
    "accept": (("a", "Enter"), "the proposed class is right"),
    "reject": (("x",), "the proposed class is wrong"),
    "skip": ((" ",), "skip, I cannot say"),
    "undo": (("u", "Backspace"), "undo the last answer"),
    "comment": (("c",), "write a comment"),
    "cause": (("r",), "say why the label is wrong"),
    "flag": (("f",), "flag the item, or take the flag away"),
    "escalate": (("e",), "pass the item to an expert"),
    "group": (("g",), "answer the near-duplicates too"),
    "back": (("ArrowLeft",), "look back"),
    "forward": (("ArrowRight",), "look forward"),
    "search": (("/",), "choose a class by its name"),
    "help": (("?",), "list the keys"),
}
_N_DIGITS = 9


def key_bindings(schema: LabelSchema, keymap: Keymap | None = None) -> list[tuple[str, str, str]]:
    """Return (key, action, words) of every key.

    Parameters
    ----------
    schema : LabelSchema
        The first nine classes have the digits 1 to 9; the action of a class is
        ``"class:<name>"``. All of them are reached by "search" too.
    keymap : mapping of str to str or sequence of str, optional
        Keys that replace those of an action.

    Returns
    -------
    list of tuple of str
        Classes first, in the order of the schema.

    Raises
    ------
    ParameterError
        If an action is unknown or has no key left, or two actions share a key. Capitals make
        no difference: with caps lock on, a key would do something else.

    Examples
    --------
    >>> yes_no = LabelSchema(["no", "yes"])
    >>> key_bindings(yes_no, {"class:no": "0", "class:yes": "1"})[:2]
    [('0', 'class:no', "answer 'no'"), ('1', 'class:yes', "answer 'yes'")]
    """
    words = {f"class:{name}": f"answer {name!r}" for name in schema.classes}
    words |= {action: said for action, (_, said) in _DEFAULTS.items()}
    chosen: dict[str, tuple[str, ...]] = {
        f"class:{name}": (str(place + 1),) if place < _N_DIGITS else ()
        for place, name in enumerate(schema.classes)
    }
    chosen |= {action: keys for action, (keys, _) in _DEFAULTS.items()}
    for action, given in _checked(keymap).items():
        if action not in chosen:
            allowed = "one of " + ", ".join(map(repr, [*_DEFAULTS, "class:<name of a class>"]))
            raise ParameterError(wrong_value("an action of keymap", action, allowed))
        chosen[action] = _keys(action, given)
    _check_distinct(chosen)
    return [(key, action, words[action]) for action, keys in chosen.items() for key in keys]


def classes_like(schema: LabelSchema, text: str, limit: int) -> list[str]:
    """Return classes by a part of their name: those that begin with it, then those that hold it.

    Examples
    --------
    >>> classes_like(LabelSchema(["upon", "Pony", "no"]), "PON", 20)
    ['Pony', 'upon']
    """
    part = text.strip().casefold()
    found = [name for name in schema.classes if part in name.casefold()]
    found.sort(key=lambda name: not name.casefold().startswith(part))
    return found[:limit]


def _checked(keymap: object) -> Keymap:
    if keymap is None:
        return {}
    if not isinstance(keymap, Mapping):
        raise ParameterError(wrong_value("keymap", keymap, "a mapping from actions to keys"))
    return keymap


def _keys(action: str, given: object) -> tuple[str, ...]:
    keys = (given,) if isinstance(given, str) else given
    where = f"keymap[{action!r}]"
    advice = "Name it as KeyboardEvent.key does, such as 'a', ' ' or 'ArrowLeft'."
    if not isinstance(keys, Sequence) or not all(isinstance(k, str) and k for k in keys):
        raise ParameterError(wrong_value(where, given, "a key or a list of keys", advice))
    if not keys and not action.startswith("class:"):
        raise ParameterError(wrong_value(where, given, "one key or more", advice))
    return tuple(dict.fromkeys(keys))


def _check_distinct(chosen: Mapping[str, Sequence[str]]) -> None:
    owner: dict[str, str] = {}
    for action, keys in chosen.items():
        for key in keys:
            other = owner.setdefault(key.casefold(), action)
            if other != action:
                raise ParameterError(
                    f"key {key!r} of action {action!r} is that of {other!r} too, must do one "
                    "thing. Give one of them another key."
                )
