"""read_answers: a file that reviewers filled in, as decisions."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from weaklabel.core import CAUSES, Decision, LabelSchema, ReviewQueue
from weaklabel.errors import DecisionsError
from weaklabel.review._answer_rows import AnswerRow, read_rows

__all__ = ["read_answers"]

_SKIPPED = ("skip", "?")
_SHOWN = 5

#: What may be written for each cause, beside its name; in the order of CAUSES.
_SHORT = ("bug", "ambiguous", "guideline", "scope", "data")
_CAUSE_OF = dict(zip((*CAUSES, *_SHORT), CAUSES * 2, strict=True))


def read_answers(
    path: str | os.PathLike[str],
    *,
    schema: LabelSchema,
    item_ids: Iterable[str],
    reviewer: str | None = None,
    queue: ReviewQueue | None = None,
) -> tuple[Decision, ...]:
    """Return the decisions in an answer file, or say everything that is wrong with it.

    Parameters
    ----------
    path : path-like
        CSV (comma, semicolon or tab; UTF-8, with or without a byte order mark)
        or JSONL with the fields ``item_id`` and ``answer``, such as the files of
        `write_queue`; ``reviewer``, ``comment``, ``cause`` and ``decided_at`` if
        wanted. An answer is a class name (in any case, where that is unique),
        ``skip`` or ``?`` for "I cannot say", or empty for "not answered yet". A
        cause is one of `weaklabel.core.CAUSES` in any case, short ``bug``,
        ``ambiguous``, ``guideline``, ``scope`` or ``data``, or empty; a skip may
        have one too.
    schema : LabelSchema
        The classes.
    item_ids : iterable of str
        The items that there are.
    reviewer : str, optional
        Who answered, for rows that do not say.
    queue : ReviewQueue, optional
        What was shown: gives each decision its proposed label and stratum. By
        default they are taken from the file where it has them.

    Returns
    -------
    tuple of Decision
        In the order of the file; a row that repeats one before it is left out.

    Raises
    ------
    DecisionsError
        If an item, a class or a cause is unknown, an item has two answers or two
        causes of one reviewer, a row has a cause but no answer, or nobody is named
        as reviewer. One error lists the first five such lines, and no decision is
        returned.
    FileFormatError
        If the file is missing, empty, not UTF-8, broken, or lacks a column.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.csv").write_text("item_id;answer\\na;SPAM\\nb;\\nc;?\\n")
    ...     found = read_answers(f"{folder}/a.csv", schema=LabelSchema(["ham", "spam"]),
    ...                          item_ids=["a", "b", "c"], reviewer="ann")
    >>> [(d.item_id, d.label) for d in found]
    [('a', 'spam'), ('c', None)]
    """
    file = Path(path)
    rows = [row for row in read_rows(file) if row.text("answer") or row.text("cause")]
    items = _KnownItems(item_ids)
    label_of = _labels(schema)
    shown = None if queue is None else _shown(queue)
    now = Decision.now()
    problems: list[str] = []
    decisions: dict[tuple[str, str], tuple[int, Decision]] = {}
    for row in rows:
        try:
            decision = _decision(row, label_of, items, reviewer, now)
            decision = _with_context(decision, row, schema, shown)
            _add(decisions, decision, row.line)
        except DecisionsError as error:
            problems.append(f"line {row.line}: {error}")
    if problems:
        with_causes = any(row.text("cause") for row in rows)
        raise DecisionsError(_all_problems(file, problems, schema, with_causes))
    return tuple(decision for _, decision in decisions.values())


class _KnownItems:
    """The known items, and for the first wrong ids the one that was meant."""

    def __init__(self, item_ids: Iterable[str]) -> None:
        self.ids = {str(key) for key in item_ids}
        self.hints_left = _SHOWN  # looking for near ids is slow, and no more are shown

    def check(self, key: str) -> str:
        """Return `key`, with blanks around it or without, if it is an item."""
        for candidate in (key, key.strip()):
            if candidate in self.ids:
                return candidate
        close: list[str] = []
        if self.hints_left:
            self.hints_left -= 1
            close = difflib.get_close_matches(key, sorted(self.ids)[:20_000], n=1)
        hint = f", did you mean {close[0]!r}?" if close else ""
        raise DecisionsError(f"item {key[:60]!r} is not among the {len(self.ids)} items{hint}")


def _labels(schema: LabelSchema) -> Callable[[str], str | None]:
    exact = {name: name for name in schema.classes}
    folded: dict[str, list[str]] = {}
    for name in schema.classes:
        folded.setdefault(name.strip().casefold(), []).append(name)

    def label_of(answer: str) -> str | None:
        for candidate in (answer, answer.strip()):
            if candidate in exact:
                return candidate
        key = answer.strip().casefold()
        if len(folded.get(key, ())) == 1:
            return folded[key][0]
        if key in _SKIPPED:
            return None
        close = difflib.get_close_matches(answer.strip(), schema.classes, n=1)
        close = close or [folded[k][0] for k in difflib.get_close_matches(key, folded, n=1)]
        hint = f", did you mean {close[0]!r}?" if close else ""
        raise DecisionsError(f"answer {answer[:60]!r} is no class{hint}")

    return label_of


def _decision(
    row: AnswerRow,
    label_of: Callable[[str], str | None],
    items: _KnownItems,
    reviewer: str | None,
    now: str,
) -> Decision:
    who = row.text("reviewer") or (reviewer or "").strip()
    if not who:
        raise DecisionsError("nobody is named as reviewer, give a column or an argument 'reviewer'")
    key = items.check(row.raw("item_id"))
    cause = _cause(row.text("cause"))
    if not row.text("answer"):
        raise DecisionsError(
            f"item {key[:60]!r} has the cause {cause!r} but no answer, give one, or 'skip'"
        )
    label = label_of(row.raw("answer"))
    comment = row.raw("comment")
    for name, text in (("comment", comment), ("reviewer", who)):
        if not _is_unicode(text):
            raise DecisionsError(f"{name} {text[:60]!r} holds half a character (a lone surrogate)")
    try:
        decided_at = row.text("decided_at") or now
        return Decision(key, label, who, decided_at, comment=comment, cause=cause)
    except DecisionsError as error:
        raise DecisionsError(str(error).rstrip(".")) from None


def _cause(text: str) -> str:
    """Return the cause that `text` names, "" for none."""
    key = " ".join(text.casefold().split())
    if not key or key in _CAUSE_OF:
        return _CAUSE_OF.get(key, "")
    close = difflib.get_close_matches(key, _CAUSE_OF, n=1)
    hint = f", did you mean {_CAUSE_OF[close[0]]!r}?" if close else ""
    raise DecisionsError(f"cause {text[:60]!r} is not known{hint}")


def _with_context(
    decision: Decision,
    row: AnswerRow,
    schema: LabelSchema,
    shown: Mapping[str, tuple[str | None, str]] | None,
) -> Decision:
    if shown is None:
        proposed = row.raw("proposed")
        context = (proposed if proposed in schema.classes else None), row.text("stratum")
    else:
        context = shown.get(decision.item_id, (None, ""))
    return replace(decision, proposed=context[0], stratum=context[1])


def _shown(queue: ReviewQueue) -> dict[str, tuple[str | None, str]]:
    proposed = queue.schema.decode(queue.proposed)
    context = zip(proposed, queue.strata, strict=True)
    return dict(zip(queue.item_ids.tolist(), context, strict=True))


def _add(
    decisions: dict[tuple[str, str], tuple[int, Decision]], decision: Decision, line: int
) -> None:
    key = decision.item_id, decision.reviewer
    first, earlier = decisions.setdefault(key, (line, decision))
    if earlier.label != decision.label:
        raise DecisionsError(
            f"item {decision.item_id[:60]!r} is {decision.label or 'skip'!r} here "
            f"and {earlier.label or 'skip'!r} on line {first}"
        )
    if earlier.cause != decision.cause:
        raise DecisionsError(
            f"item {decision.item_id[:60]!r} has {_the_cause(decision)} here "
            f"and {_the_cause(earlier)} on line {first}"
        )


def _the_cause(decision: Decision) -> str:
    return f"the cause {decision.cause!r}" if decision.cause else "no cause"


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _all_problems(file: Path, problems: list[str], schema: LabelSchema, with_causes: bool) -> str:
    lines = "; ".join(problems[:_SHOWN])
    more = len(problems) - _SHOWN
    rest = f"; and {more} more" if more > 0 else ""
    classes = ", ".join(repr(name) for name in schema.classes[:10])
    dots = ", …" if schema.n_classes > 10 else ""
    count = "1 answer" if len(problems) == 1 else f"{len(problems)} answers"
    causes = ", ".join(map(repr, CAUSES))
    on_causes = f"A cause must be {causes} or empty. " if with_causes else ""
    return (
        f"{file} has {count} that cannot be used, so none was taken: {lines}{rest}. "
        f"An answer must be {classes}{dots}, 'skip' or empty, of an item in the data. {on_causes}"
        "Correct these lines and give the file again."
    )
