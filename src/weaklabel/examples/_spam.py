"""load_spam: synthetic comments under a music video, half of them advertising."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import numpy as np

from weaklabel.core import LabelSchema
from weaklabel.core._check import check_int
from weaklabel.examples._example import Example, lf_file
from weaklabel.examples._spam_words import HAM, SPAM, WORDS

__all__ = ["load_spam"]

_SPAM_SHARE = 0.46
_NEAR_DUPLICATE_SHARE = 0.1
# How often a kind is drawn, where not once in as many draws as there are kinds.
_WEIGHTS = {
    "praise": 4.0, "channel": 3.0, "subscribe": 3.0, "link": 2.0, "follow": 1.5,
    "looks like spam": 0.8, "looks like ham": 0.4,
}  # fmt: skip
_FIRST_NAMES = (
    "Ana", "Ben", "Chidi", "Dana", "Emre", "Fay", "Gil", "Hana", "Ivo", "Jo", "Kim", "Lea",
)  # fmt: skip
_LAST_NAMES = (
    "R.", "Sato", "99", "Moreau", "_x", "Novak", "Okoye", "Lind", "TV", "Costa", "Berg", "",
)  # fmt: skip
_START = datetime(2013, 7, 1)
_SLOT = re.compile(r"\{(\w+)\}")

Comment = tuple[str, int]


def load_spam(n_items: int = 2000, seed: int = 0) -> Example:
    """Return synthetic comments under a music video, with gold.

    A seeded generator of this library fills templates and then roughens them:
    typing errors, stretched words, shouting, emoji, other languages, lightly
    edited copies (a tenth of the comments). Some ordinary comments look like
    advertising ("check out 2:30", "subscribe if you cry") and some advertising
    looks ordinary, so that no keyword decides. Nobody wrote these comments: use
    them to learn and to test, not to judge how well a method works on real ones.

    Parameters
    ----------
    n_items : int
        How many; fewer are the first of more.
    seed : int
        Another seed gives other comments.

    Returns
    -------
    Example
        Columns "author", "date" (ISO 8601) and "text", ids "c0001", "c0002", …
        also in a column "comment_id"; classes ham and spam.

    Raises
    ------
    ParameterError
        If `n_items` is no positive integer.

    Examples
    --------
    >>> spam = load_spam(500)
    >>> spam
    Example(spam: 500 items, classes ham, spam)
    >>> spam.items.column_names
    ('comment_id', 'author', 'date', 'text')
    """
    import pyarrow as pa

    from weaklabel.core import as_items

    check_int("n_items", n_items, 1)
    rng = np.random.default_rng(check_int("seed", seed, 0))
    schema = LabelSchema(["ham", "spam"])
    comments: list[Comment] = []
    authors, dates = [], []
    now = _START
    for _ in range(n_items):
        copied = bool(comments) and rng.random() < _NEAR_DUPLICATE_SHARE
        comments.append(_near_copy(rng, comments) if copied else _comment(rng))
        authors.append(f"{_pick(rng, _FIRST_NAMES)} {_pick(rng, _LAST_NAMES)}".strip())
        now += timedelta(minutes=int(rng.integers(1, 900)))
        dates.append(now.isoformat())
    table = pa.table(
        {
            "comment_id": [f"c{i:04d}" for i in range(1, n_items + 1)],
            "author": authors,
            "date": dates,
            "text": [text for text, _ in comments],
        }
    )
    return Example(
        name="spam",
        items=as_items(table, "comment_id"),
        gold=np.array([code for _, code in comments], dtype=schema.dtype),
        schema=schema,
        description="Synthetic comments under a music video: advertising (spam) or not (ham).",
        lf_file=lf_file("youtube_spam"),
    )


def _comment(rng: np.random.Generator) -> Comment:
    code = int(rng.random() < _SPAM_SHARE)
    kinds = SPAM if code else HAM
    weights = np.array([_WEIGHTS.get(kind, 1.0) for kind in kinds])
    kind = list(kinds)[int(rng.choice(len(weights), p=weights / weights.sum()))]
    text = _fill(rng, _pick(rng, kinds[kind]))
    return _roughen(rng, text), code


def _near_copy(rng: np.random.Generator, comments: list[Comment]) -> Comment:
    text, code = comments[int(rng.integers(len(comments)))]
    edit = rng.integers(4)
    if edit == 0 or "example" in text:  # a link with a typing error could lead somewhere
        text = text + _pick(rng, ("!", "!!", " ", ".", "?"))
    elif edit == 1:
        text = f"{text} {_pick(rng, WORDS['emoji'])}"
    elif edit == 2:
        text = text.lower()
    else:
        text = _mistype(rng, text)
    return text, code


def _fill(rng: np.random.Generator, template: str) -> str:
    filled = _SLOT.sub(lambda slot: _pick(rng, WORDS[slot.group(1)]), template)
    return " ".join(filled.split())


def _roughen(rng: np.random.Generator, text: str) -> str:
    has_link = "example" in text
    if rng.random() < 0.12 and not has_link:
        text = _mistype(rng, text)
    if rng.random() < 0.12 and not has_link:
        text = _stretch(rng, text)
    case = rng.random()
    if case < 0.08 and not has_link:
        text = text.upper()
    elif case < 0.55:
        text = text[:1].upper() + text[1:]
    text += _pick(rng, WORDS["tail"])
    if rng.random() < 0.15:
        text += f" {_pick(rng, WORDS['emoji'])}"
    return text


def _mistype(rng: np.random.Generator, text: str) -> str:
    if len(text) < 4:
        return text
    i = int(rng.integers(1, len(text) - 1))
    if rng.random() < 0.5:
        return text[:i] + text[i + 1 :]
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def _stretch(rng: np.random.Generator, text: str) -> str:
    vowels = [i for i, letter in enumerate(text) if letter in "aeiou"]
    if not vowels:
        return text
    i = vowels[int(rng.integers(len(vowels)))]
    return text[:i] + text[i] * int(rng.integers(3, 7)) + text[i + 1 :]


def _pick(rng: np.random.Generator, words: tuple[str, ...]) -> str:
    return words[int(rng.integers(len(words)))]
