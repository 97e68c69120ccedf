"""The estimate on the screen: that of the last run, then that of the answers since, in steps."""

from dataclasses import replace

import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema, SoftLabels
from weaklabel.errors import FileFormatError
from weaklabel.project._live_estimate import AuditBasis, LiveEstimate, estimate_now
from weaklabel.review import DecisionStore
from weaklabel.triage import estimate_accuracy

SCHEMA = LabelSchema(["ham", "spam"])
AT = "2026-05-04T10:15:00+00:00"


def basis_of(n_items=200, n_queued=30, n_random=20):
    """Return labels that all say ham, and what of them a review knows."""
    labels = SoftLabels([[0.9, 0.1]] * n_items, None, SCHEMA)
    return labels, AuditBasis(
        n_items,
        labels.take(range(n_queued)),
        frozenset(map(str, range(n_random))),
        lambda learned, log: [0],
        lambda log: log,
    )


def answer(item, label="ham", stratum="random", who="ann", **more):
    return Decision(str(item), label, who, AT, "ham", stratum, **more)


@pytest.fixture
def store(tmp_path):
    store = DecisionStore(tmp_path / "decisions.sqlite")
    yield store
    store.close()


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def look(estimate, clock):
    """Return what is said after a pause and a look at the log."""
    estimate.join()  # of the one before, which would take the turn of this one
    clock.now += 100.0
    estimate()
    estimate.join()
    return estimate()


@pytest.mark.parametrize("disputed", [False, True])
def test_the_figures_are_those_of_estimate_accuracy_on_all_labels(disputed):
    labels, basis = basis_of()
    said = [answer(i, "spam" if i in (3, 7) else "ham") for i in range(12)]
    said += [answer(i, "spam", "error") for i in range(20, 25)] + [answer(13, None)]
    if disputed:
        said += [answer(2, "spam", who="bob"), answer(22, "ham", "error", who="bob")]
    log = DecisionLog(said)
    whole = estimate_accuracy(log, labels, held_out=labels, queue_starts=[0])
    words = estimate_now(log, basis)
    low, high = f"{100 * whole.low:.1f}", f"{100 * whole.high:.1f}"
    assert words.startswith(f"{100 * whole.accuracy:.1f} % of the 200 labels are right")
    assert f"interval {low} % to {high} %), by 12 random answers; 17 items are answered" in words


def test_without_a_random_answer_there_is_none():
    _, basis = basis_of()
    assert estimate_now(DecisionLog([answer(25, "spam", "error")]), basis) == (
        "No estimate: no random answer counts."
    )


def test_until_ten_random_items_are_answered_it_is_that_of_the_last_run(store):
    _, basis = basis_of()
    clock = Clock()
    estimate = LiveEstimate(store, basis, "90 % as of yesterday", clock)
    assert estimate() == "90 % as of yesterday"
    store.append([answer(i) for i in range(9)] + [answer(i, "spam", "error") for i in (21, 22)])
    assert look(estimate, clock) == "90 % as of yesterday"
    store.append([answer(9, "spam")])
    assert "by 10 random answers; 12 items are answered" in look(estimate, clock)
    store.append([answer(10, "spam")])
    assert "by 10 random answers; 12 items" in look(estimate, clock)


def test_the_last_random_item_changes_it_too(store):
    _, basis = basis_of(n_random=3)
    clock = Clock()
    estimate = LiveEstimate(store, basis, clock=clock)
    assert estimate() == "No estimate yet: it comes after 3 random answers."
    store.append([answer(0), answer(1, None)])
    assert look(estimate, clock) == "No estimate yet: it comes after 3 random answers."
    store.append([answer(2)])
    assert "by 2 random answers" in look(estimate, clock)


def test_where_a_rule_asks_for_two_answers_the_first_ones_change_nothing(store):
    from weaklabel.review.team._settled import settled_log

    _, alone = basis_of(n_random=10)
    basis = replace(alone, learned=lambda log: settled_log(log, SCHEMA, (2, 2)))
    clock = Clock()
    estimate = LiveEstimate(store, basis, "90 %", clock)
    store.append([answer(i) for i in range(10)])
    assert look(estimate, clock) == "90 %"
    store.append([answer(i, who="bob") for i in range(3)])
    assert "by 3 random answers; 3 items" in look(estimate, clock)


def test_a_call_looks_at_the_log_only_after_a_pause(store):
    class Counted(DecisionStore):
        n_looks = 0

        def since(self, sequence):
            type(self).n_looks += 1
            return super().since(sequence)

    _, basis = basis_of()
    clock = Clock()
    counted = Counted(store.name)
    estimate = LiveEstimate(counted, basis, clock=clock)
    look(estimate, clock)
    for _ in range(100):
        estimate()
    estimate.join()
    assert Counted.n_looks == 1
    look(estimate, clock)
    assert Counted.n_looks == 2
    counted.close()


def test_a_store_that_fails_leaves_it_as_it_was(store):
    class Broken(DecisionStore):
        def since(self, sequence):
            raise FileFormatError("gone")

    _, basis = basis_of()
    clock = Clock()
    estimate = LiveEstimate(Broken(store.name), basis, "90 %", clock)
    assert look(estimate, clock) == "90 %"
    assert look(estimate, clock) == "90 %"
