"""Escalations of others, remarks and gold checks change nothing that is made of answers."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from weaklabel.core import (
    CAUSES,
    Decision,
    DecisionLog,
    LabelSchema,
    SoftLabels,
    VoteMatrix,
    as_items,
)
from weaklabel.dataset import build_dataset
from weaklabel.exchange import to_multiannotator
from weaklabel.review import agreement, consensus, reviewer_quality
from weaklabel.triage import (
    apply_decisions,
    check_quality,
    estimate_accuracy,
    rank_for_review,
    root_causes,
)

AT = "2026-05-04T10:15:00+00:00"
SCHEMA = LabelSchema(["ham", "spam"])
N = 60
IDS = [f"i{i:02}" for i in range(N)]
RNG = np.random.default_rng(3)
SPAM = RNG.random(N)
SOFT = SoftLabels(np.stack([1 - SPAM, SPAM], 1), IDS, SCHEMA, "model:Test")
PRED = SoftLabels(SOFT.posterior * 0.8 + 0.1, IDS, SCHEMA, "refine")
VOTES = VoteMatrix.from_array(RNG.integers(-1, 2, (N, 4)), SCHEMA, list("efgh"), IDS)


def answers() -> list[Decision]:
    """Return answers of three reviewers, some skipped, some undone, some with a cause."""
    rng, made = np.random.default_rng(5), []
    for n in range(120):
        i = int(rng.integers(40))
        label = [None, "ham", "spam", "spam" if SPAM[i] > 0.5 else "ham"][rng.integers(4)]
        stratum = "random" if i % 2 else "error"
        cause = CAUSES[1] if rng.random() < 0.3 else ""
        proposed = "spam" if SPAM[i] > 0.5 else "ham"
        who = ["ann", "bob", "cy"][n % 3]
        made.append(Decision(IDS[i], label, who, AT, proposed, stratum, cause=cause))
        if rng.random() < 0.1:
            made.append(made[-1].undone(decided_at=AT))
    return made


def with_more(of_reviewers: bool = False) -> DecisionLog:
    """Return the answers with what is none put between them."""
    rng, made = np.random.default_rng(9), []
    for decision in answers():
        made.append(decision)
        i, who = IDS[rng.integers(N)], ["ann", "bob", "eve"][rng.integers(3)]
        made += [
            Decision(i, None, who, AT, comment="hm", cause=CAUSES[0], kind="note"),
            Decision(i, None, who, AT, kind=["flag", "unflag"][rng.integers(2)]),
            Decision(i, None, who, AT, kind="lf_wrong", about="e"),
            Decision(i, None, who, AT, kind="lf_ok", about="f"),
        ]
        later = IDS[
            40 + rng.integers(20)
        ]  # an escalation takes an answer away: where there is none
        stratum = "error"
        made.append(Decision(later, None, who, AT, "ham", stratum, kind="escalation", about="eve"))
        if of_reviewers:
            check = Decision(i, "ham", "eve", AT, "spam", "gold check", blind=True, gold=True)
            made += [check, replace(check, item_id=later, label=None, cause=CAUSES[2])]
    return DecisionLog(made)


ITEMS = as_items([{"item_id": i, "text": f"text {i}"} for i in IDS])

#: What is made of answers, as a text; of reviewers are those that gold checks are for.
OF_ITEMS: dict[str, Callable[[DecisionLog], object]] = {
    "agreed": lambda log: {key: d.label for key, d in log.agreed().items()},
    "disputed": lambda log: log.disputed(),
    "gold": lambda log: log.gold(IDS, SCHEMA).tolist(),
    "apply_decisions": lambda log: apply_decisions(log, SOFT, VOTES, PRED).soft.posterior.tolist(),
    "check_quality": lambda log: check_quality(log).words(),
    "estimate_accuracy": lambda log: estimate_accuracy(log, SOFT).words(),
    "estimate_yields": lambda log: estimate_accuracy(log, SOFT).yields,
    "root_causes": lambda log: root_causes(log, VOTES, SOFT).words(),
    "rank_for_review": lambda log: _queue(log),
    "dataset": lambda log: build_dataset(ITEMS, SOFT, log).table.column("review").to_pylist(),
}
OF_REVIEWERS: dict[str, Callable[[DecisionLog], object]] = {
    "agreement": lambda log: agreement(log, SCHEMA, n_bootstrap=100).words(),
    "consensus": lambda log: consensus(log, SCHEMA).items.to_dict(),
    "reviewer_quality": lambda log: reviewer_quality(log, SCHEMA, {IDS[0]: "ham"}).words(),
    "multiannotator": lambda log: _text(to_multiannotator(log, SCHEMA)),
}


def _queue(log: DecisionLog) -> object:
    made = rank_for_review(SOFT, VOTES, pred_probs=PRED, decisions=log, budget=20, seed=1)
    return made.item_ids.tolist(), made.strata, made.reasons


def _text(table: pd.DataFrame) -> str:
    return table.to_csv()


@pytest.mark.parametrize("name", [*OF_ITEMS, *OF_REVIEWERS])
def test_escalations_and_remarks_are_no_answers_and_no_skips(name: str) -> None:
    made = {**OF_ITEMS, **OF_REVIEWERS}[name]
    assert made(with_more()) == made(DecisionLog(answers()))


@pytest.mark.parametrize("name", OF_ITEMS)
def test_gold_checks_are_no_answers_that_count_for_items(name: str) -> None:
    made = OF_ITEMS[name]
    assert made(with_more(of_reviewers=True)) == made(DecisionLog(answers()))


@pytest.mark.parametrize("name", [*OF_ITEMS, *OF_REVIEWERS])
def test_one_answer_more_would_be_seen(name: str) -> None:
    """Else what is said above would hold of anything."""
    made = {**OF_ITEMS, **OF_REVIEWERS}[name]
    more = [Decision(i, "spam", "cy", AT, "ham", "random", cause=CAUSES[2]) for i in IDS[30:50]]
    assert made(DecisionLog([*answers(), *more])) != made(DecisionLog(answers()))
