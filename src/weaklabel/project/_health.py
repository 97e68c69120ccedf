"""What held-out evidence says of functions, classes and answers: files, and a few lines to print."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from weaklabel.core import DecisionLog, IntArray, SoftLabels, StringArray, VoteMatrix
from weaklabel.files import atomic_write
from weaklabel.triage import class_health, function_health, item_signals

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["HEALTH_FILES", "write_health"]

HEALTH_FILES = (
    "function_health.csv",
    "class_health.csv",
    "class_confusion.csv",
    "uncovered_regions.csv",
)

#: Lines of each kind that a run prints; the files hold the rest.
_SHOWN = 3
#: A labeling function for a region with less of the items hardly moves what a run prints.
_LEAST_SHARE = 0.01
#: A contradiction that two digits do not show is none to print.
_LEAST_GAP = 0.01
#: Ids of suspicious items in a line.
_EXAMPLES = 3
#: From more items than this, regions are sought in a sample of as many, and answers are held
#: against one: reading a million short texts for them takes half a minute, of 100,000 two seconds.
_MOST_ITEMS = 100_000


def write_health(
    folder: Path,
    votes: VoteMatrix,
    soft: SoftLabels,
    pred_probs: SoftLabels,
    decisions: DecisionLog,
    *,
    model: SimpleNamespace | None = None,
    texts: Sequence[str] | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Write the tables of `function_health` and `class_health`, and return what stands out.

    Parameters
    ----------
    folder : path
        Where `HEALTH_FILES` are written.
    votes : VoteMatrix
        Votes on ``n_items`` items.
    soft : SoftLabels
        The label model's posterior, which holds neither content nor answers.
    pred_probs : SoftLabels
        Out-of-fold probabilities.
    decisions : DecisionLog
        The answers so far. Those to random items measure the labeling functions; the others
        were chosen because their labels look wrong.
    model : optional
        Anything with the label model's ``precision_``.
    texts : sequence of str, shape (n_items,), optional
        The text of each item of `votes`; without it there are no regions.
    seed : int
        Seed of samples and clusters.

    Returns
    -------
    dict
        Lists of up to three sentences: "looks_wrong", labeling functions, that with most
        wrong votes first; "uncovered", regions of at least a hundredth of the items,
        without votes and with words of their own;
        "contradicted", answers of a single reviewer that votes and classifier contradict. And
        "health_sample", of how many items regions are, if not of all.
    """
    gold = DecisionLog(d for d in decisions.on_items if d.stratum == "random").gold(
        votes.item_ids.tolist(), votes.schema
    )
    functions = function_health(
        votes, soft, pred_probs, gold=gold if (gold >= 0).any() else None, model=model, seed=seed
    )
    classes = class_health(votes, soft, pred_probs, seed=seed)
    sample = _sample(votes.item_ids, seed)
    regions = classes.regions
    if texts is not None:
        some = [texts[i] for i in sample.tolist()]
        regions = _regions(votes.take(sample), soft, pred_probs, some, seed)
    tables = (functions, classes.classes, classes.confusion, regions)
    for name, table in zip(HEALTH_FILES, tables, strict=True):
        _write_csv(folder / name, table, index=table is not regions)
    facts: dict[str, Any] = {
        "looks_wrong": _looks_wrong(functions),
        "uncovered": _worth_a_function(regions),
        "contradicted": _contradicted(votes, soft, pred_probs, decisions, seed),
    }
    return facts if len(sample) == votes.n_items else facts | {"health_sample": len(sample)}


def _regions(
    votes: VoteMatrix, soft: SoftLabels, pred_probs: SoftLabels, texts: list[str], seed: int
) -> pd.DataFrame:
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships none

    with threadpool_limits(1):  # on a busy machine threads for small sums wait: fivefold time
        return class_health(votes, soft, pred_probs, texts=texts, seed=seed).regions


def _sample(item_ids: StringArray, seed: int) -> IntArray:
    """Return the positions of at most `_MOST_ITEMS` items, whatever their order."""
    if len(item_ids) <= _MOST_ITEMS:
        return np.arange(len(item_ids))
    by_id = np.argsort(item_ids, kind="stable")
    return by_id[np.random.default_rng(seed).permutation(len(by_id))[:_MOST_ITEMS]]


def _write_csv(path: Path, table: pd.DataFrame, *, index: bool) -> None:
    """Write a table; what holds several texts is written as JSON."""
    written = table.copy()
    for name in {"suspicious", "distinctive", "examples"} & set(table.columns):
        written[name] = [json.dumps(list(texts), ensure_ascii=False) for texts in table[name]]
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as temporary:
        written.to_csv(temporary, index=index)


def _looks_wrong(functions: pd.DataFrame) -> list[str]:
    """Return what is said of the labeling functions that look wrong, each once."""
    # Majority vote believes up to 1.0, which the end of an interval misses by rounding.
    gap = functions["learned_precision"] - functions["combined_high"]
    found = functions[functions["looks_wrong"] & (gap >= _LEAST_GAP)]
    n_wrong = found["votes"] * (found["learned_precision"] - found["combined_precision"])
    order = n_wrong.sort_values(ascending=False, kind="stable").index
    said: dict[str, str] = {}
    for row in found.loc[order].reset_index().to_dict("records"):
        examples = ", ".join(row["suspicious"][:_EXAMPLES])
        said.setdefault(
            row["lf"], f"{row['lf']} for {row['class']}: {row['words']}, such as {examples}"
        )
    return list(said.values())[:_SHOWN]


def _worth_a_function(regions: pd.DataFrame) -> list[str]:
    """Return the largest regions that have words to write a labeling function with."""
    kept = (regions["distinctive"].map(len) > 0) & (regions["share"] >= _LEAST_SHARE)
    return [str(words) for words in regions["words"][kept][:_SHOWN]]


def _contradicted(
    votes: VoteMatrix,
    soft: SoftLabels,
    pred_probs: SoftLabels,
    decisions: DecisionLog,
    seed: int,
) -> list[str]:
    """Return the most contradicted answers, in words; what a second reviewer confirmed stands."""
    standing = [d for d in decisions.on_items if d.label is not None]
    n_answers = Counter(d.item_id for d in standing)
    alone = DecisionLog(d for d in standing if n_answers[d.item_id] == 1)
    answered = alone.gold(soft.item_ids.tolist(), soft.schema) >= 0
    if not answered.any():
        return []
    rows = np.union1d(_sample(soft.item_ids, seed), np.flatnonzero(answered))
    found = item_signals(soft.take(rows), votes, pred_probs, decisions=alone, seed=seed)
    words = found.answers_to_check(_SHOWN)["words"]
    return [f"{item_id} was {said}" for item_id, said in words.items()]
