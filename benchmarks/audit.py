"""How often the interval of estimate_accuracy holds the true accuracy.

    python benchmarks/audit.py [--reviews 500] [--sets youtube sms …]

Reviews are simulated on the data sets of the folder that WEAKLABEL_SHARED names (by default
../shared beside the repository): labels are LabelModel's, gold is the reviewer, and the
population the items that have gold and a vote. A review has 1 to 5 queues; of each, a part is
drawn at random and the rest are the items of the smallest margin. How many random answers
(20 to 400, at most a tenth of the items), how many chosen ones for each (0 to 4) and how many
queues are drawn anew for every review, so that no coverage is that of one lucky count.

Labels either stay as they were ("fixed"), or answers correct the items that have the same
votes ("learning"). Then an answer is held against a label made without a fifth of the answers,
its own among them; without its own alone; against the label that was shown; or, wrongly,
against the label of now, which has learned from it.

The last table has the exact coverage for one queue of 5 000 items, by counting: an interval
from a handful of counts cannot hold 95 % at each accuracy, only around it.

One JSON line for each run is appended to results/audit.jsonl.
"""

import argparse
import warnings

import numpy as np
import record
from scipy.stats import hypergeom

from weaklabel import Decision, DecisionLog, LabelModel, SoftLabels, VoteMatrix
from weaklabel.core._numerics import margin, wilson_interval
from weaklabel.triage._audit import estimate_accuracy
from weaklabel.triage._intervals import Rounds, unanswered_wrong

SETS = ("youtube", "sms", "semeval", "trec", "domain", "agnews_cosine", "yelp", "chemprot")
MOST_ITEMS = 5000
AT = "2026-05-04T10:15:00+00:00"
STRENGTH = 3.0  # answers with the same votes that weigh as much as the label model
N_FOLDS = 5
OURS, ONE_BY_ONE = "score, queues known", "score, one answer left out"
ACCURACIES = (0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
DRAWN = (20, 50, 100, 200, 400)


class Task:
    """The votes of a data set as patterns, its gold, and what LabelModel says."""

    def __init__(self, bench, name):
        codes, gold, n_classes = bench.load(name)
        rows = np.flatnonzero((gold >= 0) & (codes >= 0).any(axis=1))
        rows = np.random.default_rng(0).permutation(rows)[:MOST_ITEMS]
        votes = VoteMatrix.from_array(codes[rows], [f"class {y}" for y in range(n_classes)])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.soft = LabelModel().fit(votes).soft_labels(votes)
        self.gold = gold[rows].astype(int)
        self.pattern = np.unique(codes[rows], axis=0, return_inverse=True)[1].ravel()

    def posterior(self, answered):
        """Return the posterior that has learned from the answers."""
        return self._learned(self._counts(answered))

    def held_out(self, answered, n_folds, rng):
        """Return the same for the answered items, without the answers of their own fold."""
        fold = np.full(len(self.gold), -1)
        rows = rng.permutation(np.flatnonzero(answered))
        fold[rows] = np.arange(len(rows)) % n_folds
        proba, counts = self.posterior(answered), self._counts(answered)
        for f in range(n_folds):
            mine = fold == f
            proba[mine] = self._learned(counts - self._counts(mine), mine)
        return proba

    def without_own(self, answered):
        """Return the same, of every item without its own answer alone."""
        own = np.zeros_like(self.soft.posterior)
        own[answered, self.gold[answered]] = 1.0
        proba = STRENGTH * self.soft.posterior + self._counts(answered)[self.pattern] - own
        return proba / proba.sum(axis=1, keepdims=True)

    def _counts(self, answered):
        counts = np.zeros((self.pattern.max() + 1, self.soft.schema.n_classes))
        np.add.at(counts, (self.pattern[answered], self.gold[answered]), 1.0)
        return counts

    def _learned(self, counts, among=slice(None)):
        proba = STRENGTH * self.soft.posterior[among] + counts[self.pattern[among]]
        return proba / proba.sum(axis=1, keepdims=True)


def review(task, rng, learns):
    """Return the decisions of one review, where its queues start, and what was answered."""
    n_items = len(task.gold)
    n_drawn = int(np.exp(rng.uniform(np.log(20), np.log(max(min(400, n_items / 10), 21)))))
    n_chosen = int(n_drawn * min(rng.uniform(0, 4), 0.5 * n_items / n_drawn))
    n_queues = int(rng.integers(1, 6))
    answered, decisions, starts = np.zeros(n_items, bool), [], []
    for q in range(n_queues):
        posterior = task.posterior(answered) if learns else task.soft.posterior
        drawn, chosen = (len(range(q, n, n_queues)) for n in (n_drawn, n_chosen))
        order = rng.permutation(np.flatnonzero(~answered))
        rest = order[drawn:]
        rest = rest[np.argsort(margin(posterior)[rest], kind="stable")][:chosen]
        queue = [(order[:drawn], "random"), (rest, "margin")]
        places = [((i + 0.5) / len(x), i, s) for x, s in queue for i in range(len(x))]
        members = {s: x for x, s in queue}
        label = posterior.argmax(axis=1)
        starts.append(len(decisions))
        for _, i, stratum in sorted(places):
            item = members[stratum][i]
            decisions.append(decision(task, item, label[item], stratum))
            answered[item] = True
    return DecisionLog(decisions), starts, answered


def decision(task, item, shown, stratum):
    """Return the reviewer's answer to an item, which is its gold."""
    name = task.soft.schema.classes
    return Decision(str(item), name[task.gold[item]], "gold", AT, name[shown], stratum)


def estimates(task, log, starts, answered, held_out):
    """Return {method: (estimate, low, high)}, the truth, and by class (low, high, truth).

    `held_out` are the posteriors to hold answers against, by method; None if labels do not learn.
    """
    ids, schema = task.soft.item_ids, task.soft.schema
    now = task.posterior(answered) if held_out else task.soft.posterior
    labels = SoftLabels(now, ids, schema)
    final = np.where(answered, task.gold, now.argmax(axis=1))
    right = final == task.gold
    against = SoftLabels(held_out[OURS], ids, schema) if held_out else labels
    ours = estimate_accuracy(log, labels, held_out=against, queue_starts=starts)
    found = {OURS: ours, "score, queues unknown": estimate_accuracy(log, labels, held_out=against)}
    if held_out:
        one = SoftLabels(held_out[ONE_BY_ONE], ids, schema)
        found[ONE_BY_ONE] = estimate_accuracy(log, labels, held_out=one, queue_starts=starts)
        found["score, label shown"] = estimate_accuracy(log, labels, queue_starts=starts)
        found["score, label of now"] = estimate_accuracy(
            log, labels, held_out=labels, queue_starts=starts
        )
    spans = {name: (e.accuracy, e.low, e.high) for name, e in found.items()}
    spans |= plain(ours, answered)
    classes = [
        (c.low, c.high, right[final == y].mean())
        for y, c in enumerate(ours.by_class)
        if c.n_items and c.n_random
    ]
    return spans, float(right.mean()), classes


def plain(estimate, answered):
    """Return what comes of taking all unanswered items to be as good as the random ones were."""
    n, wrong = estimate.n_random, estimate.n_random_wrong
    share, open_ = wrong / n, 1 - answered.mean()
    half = 1.96 * np.sqrt(share * (1 - share) / n)
    low, high = (float(x) for x in wilson_interval(wrong, n))
    return {
        "share of random answers, Wilson": tuple(1 - open_ * x for x in (share, high, low)),
        "share of random answers, normal": tuple(
            1 - open_ * x for x in (share, share + half, share - half)
        ),
    }


def coverage(task, n_reviews, learns):
    """Return {method: figures} over `n_reviews` reviews: percent held, mean width, mean error."""
    rng = np.random.default_rng(1)
    rows, classes = {}, []
    for _ in range(n_reviews):
        log, starts, answered = review(task, rng, learns)
        held_out = {}
        if learns:
            held_out[OURS] = task.held_out(answered, N_FOLDS, rng)
            held_out[ONE_BY_ONE] = task.without_own(answered)
        spans, truth, by_class = estimates(task, log, starts, answered, held_out)
        classes += [low - 1e-9 <= t <= high + 1e-9 for low, high, t in by_class]
        for name, (estimate, low, high) in spans.items():
            held = low - 1e-9 <= truth <= high + 1e-9
            rows.setdefault(name, []).append((held, high - low, estimate - truth, truth))
    means = {name: 100 * np.mean(np.array(r, float), axis=0) for name, r in rows.items()}
    keys = ("held", "width", "error", "truth")
    found = {n: dict(zip(keys, m.round(2).tolist(), strict=True)) for n, m in means.items()}
    found[OURS]["held by class"] = round(100 * float(np.mean(classes)), 2)
    return found


def exact_coverage(n_items=5000):
    """Return {accuracy: {n drawn: percent}} of one queue without chosen items, by counting."""
    table = {}
    for accuracy in ACCURACIES:
        n_wrong = round(n_items * (1 - accuracy))
        table[accuracy] = {m: round(100 * _held(n_items, n_wrong, m), 1) for m in DRAWN}
    return table


def _held(n_items, n_wrong, n_drawn):
    counts = np.arange(min(n_wrong, n_drawn) + 1)
    chance = hypergeom.pmf(counts, n_items, n_wrong, n_drawn)
    spans = (
        unanswered_wrong(Rounds([n_items], [n_drawn], [x], [x]), n_items - n_drawn) for x in counts
    )
    held = [
        low - 1e-9 <= n_wrong - x <= high + 1e-9
        for x, (_, low, high) in zip(counts, spans, strict=True)
    ]
    return float(chance[held].sum())


def show(name, kind, found):
    """Print the figures of one data set."""
    for method, f in found.items():
        by_class = f"{f['held by class']:8.1f}" if "held by class" in f else ""
        print(
            f"{name:14} {kind:9} {method:33} {f['held']:6.1f} {f['width']:6.1f} {f['error']:+6.1f}"
            f" {f['truth']:6.1f} {by_class}",
            flush=True,
        )


def main():
    """Run, print and record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reviews", type=int, default=500)
    parser.add_argument("--sets", nargs="+", default=SETS)
    given = parser.parse_args()
    bench = record.load_bench(record.shared_folder())
    print(f"{given.reviews} reviews each; percent of intervals that hold the truth, width, error")
    print(f"{'':58}{'held':>6} {'width':>6} {'error':>6} {'truth':>6} by class")
    results = {}
    for name in given.sets:
        task = Task(bench, name)
        for kind in ("fixed", "learning"):
            results[f"{name}, {kind}"] = coverage(task, given.reviews, kind == "learning")
            show(name, kind, results[f"{name}, {kind}"])
    held = [found[OURS]["held"] for found in results.values()]
    print(f"{OURS}: {min(held)} to {max(held)}, all reviews {np.mean(held):.1f}")
    exact = exact_coverage()
    print("exact coverage, one queue of 5 000 items; columns: random answers")
    print(" " * 9 + "".join(f"{m:8}" for m in DRAWN))
    for accuracy, row in exact.items():
        print(f"{accuracy:9}" + "".join(f"{x:8.1f}" for x in row.values()))
    record.append("audit", {"reviews": given.reviews, "coverage": results, "exact": exact})


if __name__ == "__main__":
    main()
