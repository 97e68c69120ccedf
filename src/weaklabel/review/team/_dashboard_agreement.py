"""Agreement as a dashboard shows it: all answers and blind ones, in what JSON can hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.review.quality._agreement import agreement
from weaklabel.review.quality._agreement_figures import Agreement, Coefficient
from weaklabel.review.session._session_item import Json
from weaklabel.review.team._dashboard_work import Work, number, table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["agreement_figures"]

#: Resamples behind an interval; fewer where there are many answers, which leave less to chance.
_RESAMPLES, _FEWER = 1000, 200
_MANY_ANSWERS = 20_000
#: Pairs of answers to one item that are compared; a sample of items is taken beyond it.
_MOST_PAIRS = 25_000
#: Rows of the tables.
_PAIRS, _CLASSES, _SPOTS, _CELLS = 100, 100, 20, 400


def agreement_figures(
    work: Work, schema: LabelSchema, group_of: Callable[[str], str] | None = None
) -> dict[str, Json]:
    """Return ``agreement``, ``confusion`` and ``hot_spots`` of the ordinary answers.

    Parameters
    ----------
    work : Work
        The decisions.
    schema : LabelSchema
        The classes.
    group_of : callable, optional
        Returns the name of the group of an item, "" for none.

    Returns
    -------
    dict
        ``agreement``: ``confidence``, and ``all`` and ``blind``, each with ``observed``, ``fleiss``,
        ``alpha`` (``value``, ``low``, ``high``, ``note``), ``pairs`` (the lowest kappa first),
        ``classes``, counts, ``n_bootstrap`` and ``sampled`` (how many items figures
        are of, None where of all). ``confusion``: what two reviewers said of the same items,
        a row for a pair, in the order of the pairs. ``hot_spots``: a list for each kind.

    Notes
    -----
    So that 100,000 answers take no more than a second or two, intervals are from 200 resamples
    where there are more than 20,000 answers, and figures are of items drawn at random where these
    have more than 25,000 pairs of answers. The result says both.
    """
    blind = tuple(d for d in work.ordinary if d.blind)
    of_all, n_all = _measured(work.ordinary, schema, group_of)
    is_same = len(blind) == len(work.ordinary)
    of_blind, n_blind = (of_all, n_all) if is_same else _measured(blind, schema, group_of)
    return {
        "agreement": {
            "confidence": of_all.confidence,
            "all": _as_json(of_all, n_all),
            "blind": _as_json(of_blind, n_blind),
        },
        "confusion": _confusion(of_all),
        "hot_spots": _hot_spots(of_all.hot_spots),
    }


def _measured(
    answers: Iterable[Decision],
    schema: LabelSchema,
    group_of: Callable[[str], str] | None,
) -> tuple[Agreement, dict[str, Json]]:
    """Return the agreement, and the counts that it does not have of what it was given."""
    by_item: dict[str, list[Decision]] = {}
    n_answers = 0
    for decision in answers:
        if decision.label is not None:
            n_answers += 1
            by_item.setdefault(decision.item_id, []).append(decision)
    # Items with one answer say nothing of agreement, and are most of a log.
    shared = {item: each for item, each in by_item.items() if len(each) > 1}
    taken = _sample(shared)
    groups = {} if group_of is None else {item: group_of(item) for item in taken}
    given = [d for item in taken for d in shared[item]]
    n_bootstrap = _RESAMPLES if len(given) <= _MANY_ANSWERS else _FEWER
    found = agreement(DecisionLog(given), schema, groups=groups, n_bootstrap=n_bootstrap)
    counts: dict[str, Json] = {
        "n_answers": n_answers,
        "n_items": len(by_item),
        "n_shared": len(shared),
        "sampled": len(taken) if len(taken) < len(shared) else None,
    }
    return found, counts


def _sample(shared: Mapping[str, Sequence[Decision]]) -> list[str]:
    """Return as many of the items, drawn at random, as there is time to compare."""
    items = sorted(shared)
    n_each = np.array([len(shared[item]) for item in items], dtype=np.int64)
    n_pairs = n_each * (n_each - 1) // 2
    if n_pairs.sum() <= _MOST_PAIRS:
        return items
    order = np.random.default_rng(0).permutation(len(items))
    n_taken = int(np.searchsorted(np.cumsum(n_pairs[order]), _MOST_PAIRS, side="right"))
    return [items[i] for i in order[:n_taken].tolist()]


def _as_json(found: Agreement, counts: dict[str, Json]) -> dict[str, Json]:
    pairs = found.pairs[found.pairs["shared"] > 0].sort_values("kappa", kind="stable")
    return {
        "observed": _coefficient(found.observed),
        "fleiss": _coefficient(found.fleiss),
        "alpha": _coefficient(found.alpha),
        "pairs": table(_records(pairs), _PAIRS),
        "classes": table(_records(found.classes.reset_index()), _CLASSES),
        "n_disputed": found.n_disputed,
        "n_bootstrap": found.n_bootstrap,
        **counts,
    }


def _coefficient(figure: Coefficient) -> dict[str, Json]:
    return {
        "value": number(figure.value),
        "low": number(figure.low),
        "high": number(figure.high),
        "note": figure.note,
    }


def _records(frame: pd.DataFrame) -> list[dict[str, Json]]:
    return [
        {str(name): _plain(value) for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _plain(value: Any) -> Json:
    if isinstance(value, str):
        return value
    return int(value) if isinstance(value, (int, np.integer)) else number(value)


def _confusion(found: Agreement) -> dict[str, Json]:
    """Return for each pair what both said of the same items, the lowest kappa first."""
    pairs = found.pairs[found.pairs["shared"] > 0].sort_values("kappa", kind="stable")
    cells: dict[tuple[str, str], list[dict[str, Json]]] = {}
    for row in _records(found.confusion):
        pair = str(row.pop("reviewer")), str(row.pop("other"))
        cells.setdefault(pair, []).append(row)
    rows: list[dict[str, Json]] = [
        {
            "reviewer": one,
            "other": other,
            "shared": shared,
            "cells": list[Json](sorted(cells[one, other], key=_by_items)[:_CELLS]),
        }
        for one, other, shared in pairs[["reviewer", "other", "shared"]].to_numpy().tolist()
    ]
    return table(rows, _PAIRS)


def _by_items(cell: dict[str, Json]) -> int:
    return -int(str(cell["items"]))


def _hot_spots(spots: pd.DataFrame) -> dict[str, Json]:
    """Return those with a dispute, by kind."""
    disputed = spots[spots["disputed"] > 0]
    return {
        kind: table(_records(disputed[disputed["kind"] == kind]), _SPOTS)
        for kind in ("classes", "stratum", "group")
    }
