"""How often the interval of estimate_accuracy holds the true accuracy.

    python benchmarks/audit.py [--reviews 500] [--sets youtube sms …] [--workers 2]

Reviews are simulated on the data sets of the folder that WEAKLABEL_SHARED names (by default
../shared beside the repository). Gold is the reviewer and the truth, and nothing else. Labels are
LabelModel's, the population up to 3 000 items that have gold and a vote, and held-out
probabilities those of `refine`; where a set has no texts, the class shares. They are made once,
and do not learn from the answers.

A review has 1 to 5 queues of `rank_for_review`. How many random answers (20 to 300, at most a
tenth of the items), how many chosen ones for each (0 to 4) and how many queues are drawn anew
for every review, so that no coverage is that of one lucky count.

The answers of a review serve three kinds of labels:

    fixed      which stay as they were
    learning   those of `apply_decisions`; an answer is held against its `held_out`, or against the
               label that was shown
    counting   answers added to the posterior of all items with the same votes, as if it were three
               answers: these labels follow a few answers much further than `apply_decisions` does.
               An answer is held against a label made without a fifth of the answers

Of 500 reviews the percentage of one set has a standard error of 1, that of all eight of 0.3.

The last table has the exact coverage for one queue of 5 000 items, by counting: an interval
from a handful of counts cannot hold 95 % at each accuracy, only around it.

One JSON line for each run is appended to results/audit.jsonl.
"""

import argparse
import warnings
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import record
from scipy.stats import hypergeom
from threadpoolctl import threadpool_limits

import weaklabel as wl
from weaklabel.core import Decision, DecisionLog, SoftLabels
from weaklabel.core._numerics import wilson_interval
from weaklabel.core._row_hash import vote_patterns
from weaklabel.triage._intervals import Rounds, unanswered_wrong

SETS = ("youtube", "sms", "semeval", "trec", "domain", "agnews_cosine", "yelp", "chemprot")
SPLITS = ("train", "valid", "test")
MOST_ITEMS = 3000
AT = "2026-05-04T10:15:00+00:00"
STRENGTH = 3.0  # answers with the same votes that weigh as much as the label model, if counting
N_FOLDS = 5
KINDS = ("fixed", "learning", "counting")
OURS = "score, queues known"
ACCURACIES = (0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
DRAWN = (20, 50, 100, 200, 400)


class Task:
    """Votes and gold of a data set, what LabelModel says, and what a classifier says."""

    def __init__(self, bench, name):
        codes, gold, n_classes = bench.load(name)
        texts = read_texts(bench, name)
        if texts is not None:  # of some sets the last splits alone have them
            codes, gold = codes[-len(texts) :], gold[-len(texts) :]
        rows = np.flatnonzero((gold >= 0) & (codes >= 0).any(axis=1))
        rows = np.random.default_rng(0).permutation(rows)[:MOST_ITEMS]
        self.ids = np.arange(len(rows)).astype(str)
        classes = [f"class {y}" for y in range(n_classes)]
        self.votes = wl.VoteMatrix.from_array(codes[rows], classes, item_ids=self.ids)
        self.soft = wl.LabelModel().fit(self.votes).soft_labels(self.votes)
        self.gold = gold[rows].astype(int)
        self.patterns = vote_patterns(self.votes)
        self.pred_probs = self._classified(None if texts is None else texts[rows])

    def _classified(self, texts):
        """Return out-of-fold probabilities; without texts, of one who knows the class shares."""
        if texts is None:
            shares = np.tile(self.soft.posterior.mean(axis=0), (len(self.ids), 1))
            return SoftLabels(shares, self.ids, self.votes.schema, "constant")
        rows = zip(self.ids.tolist(), texts, strict=True)
        items = wl.as_items([{"item_id": key, "text": text} for key, text in rows])
        settings = {"votes": self.votes, "text_columns": ["text"], "progress": False}
        return wl.refine(self.soft, items, **settings).pred_probs

    def decision(self, item, shown, stratum):
        """Return the reviewer's answer to an item, which is its gold."""
        names = self.votes.schema.classes
        return Decision(str(item), names[self.gold[item]], "gold", AT, names[shown], stratum)

    def learned(self, decisions):
        """Return the labels of now and those without the items' own answers."""
        return wl.apply_decisions(DecisionLog(decisions), self.soft, self.votes, self.pred_probs)

    def counted(self, answered):
        """Return the posterior to which the answers with the same votes are added."""
        return self._counted(self._counts(answered), np.arange(len(self.gold)))

    def counted_without_fold(self, answered, rng):
        """Return the same for the answered items, without the answers of their own fold."""
        rows = rng.permutation(np.flatnonzero(answered))
        proba, counts = self.counted(answered), self._counts(answered)
        for fold in range(N_FOLDS):
            mine = rows[fold::N_FOLDS]
            proba[mine] = self._counted(counts - self._counts(mine), mine)
        return proba

    def _counts(self, answered):
        counts = np.zeros((self.patterns.max() + 1, self.votes.n_classes))
        np.add.at(counts, (self.patterns[answered], self.gold[answered]), 1.0)
        return counts

    def _counted(self, counts, rows):
        proba = STRENGTH * self.soft.posterior[rows] + counts[self.patterns[rows]]
        return proba / proba.sum(axis=1, keepdims=True)


def read_texts(bench, name):
    """Return the texts in the order in which `bench` stacks the splits, None without texts."""
    texts = bench.texts(name)
    if texts is None:
        return None
    splits = [s for s in SPLITS if s not in bench.SKIP_SPLITS.get(name, ())]
    parts = [texts[texts["split"] == s].sort_values("row")["text"].to_numpy() for s in splits]
    return np.concatenate(parts)


def review(task, rng):
    """Return the decisions of one review, where its queues start, and what was answered."""
    n_items = len(task.gold)
    n_drawn = int(np.exp(rng.uniform(np.log(20), np.log(max(n_items / 10, 21)))))
    n_chosen = int(n_drawn * min(rng.uniform(0, 4), 0.5 * n_items / n_drawn))
    n_queues = int(rng.integers(1, 6))
    decisions, starts = [], []
    for q in range(n_queues):
        drawn, chosen = (len(range(q, n, n_queues)) for n in (n_drawn, n_chosen))
        queue = wl.rank_for_review(
            task.soft,
            task.votes,
            task.pred_probs,
            drawn + chosen,
            proposed=task.learned(decisions).soft,
            decisions=DecisionLog(decisions),
            random_share=drawn / (drawn + chosen),
            seed=int(rng.integers(2**31)),
        )
        starts.append(len(decisions))
        decisions += [
            task.decision(int(key), label, stratum)
            for key, label, stratum in zip(
                queue.item_ids.tolist(), queue.proposed, queue.strata, strict=True
            )
        ]
    answered = np.zeros(n_items, dtype=bool)
    answered[[int(d.item_id) for d in decisions]] = True
    return decisions, starts, answered


def estimates(task, kind, decisions, starts, answered, rng):
    """Return {method: estimate} for labels of one kind, and which labels are right."""
    log, before = DecisionLog(decisions), task.soft
    if kind == "fixed":
        labels, held_out = before, before
    elif kind == "learning":
        feedback = task.learned(decisions)
        labels, held_out = feedback.soft, feedback.held_out
    else:
        now, without = task.counted(answered), task.counted_without_fold(answered, rng)
        labels, held_out = (SoftLabels(p, task.ids, before.schema) for p in (now, without))
    found = {
        OURS: wl.estimate_accuracy(log, labels, held_out=held_out, queue_starts=starts),
        "score, queues unknown": wl.estimate_accuracy(log, labels, held_out=held_out),
    }
    if kind == "learning":
        found["score, label shown"] = wl.estimate_accuracy(log, labels, queue_starts=starts)
    return found, np.where(answered, task.gold, labels.posterior.argmax(axis=1))


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


def coverage(task, n_reviews):
    """Return {kind: {method: figures}} over `n_reviews` reviews, all in percent."""
    rng = np.random.default_rng(1)
    rows = {kind: {} for kind in KINDS}
    classes = {kind: [] for kind in KINDS}
    for _ in range(n_reviews):
        decisions, starts, answered = review(task, rng)
        for kind in KINDS:
            found, labels = estimates(task, kind, decisions, starts, answered, rng)
            right = labels == task.gold
            truth = float(right.mean())
            spans = {name: (e.accuracy, e.low, e.high) for name, e in found.items()}
            for name, span in (spans | plain(found[OURS], answered)).items():
                estimate, low, high = span
                figures = (holds(low, high, truth), high - low, estimate - truth, truth)
                rows[kind].setdefault(name, []).append(figures)
            for y, c in enumerate(found[OURS].by_class):
                if c.n_items and c.n_random:
                    classes[kind].append(holds(c.low, c.high, right[labels == y].mean()))
    return {kind: summary(rows[kind], classes[kind]) for kind in KINDS}


def holds(low, high, truth):
    """Return whether an interval holds the truth, rounding aside."""
    return low - 1e-9 <= truth <= high + 1e-9


def summary(rows, classes):
    """Return {method: percent held, mean width, mean error and mean truth}."""
    keys = ("held", "width", "error", "truth")
    means = {name: 100 * np.mean(np.array(r, float), axis=0) for name, r in rows.items()}
    found = {n: dict(zip(keys, m.round(2).tolist(), strict=True)) for n, m in means.items()}
    found[OURS]["held by class"] = round(100 * float(np.mean(classes)), 2)
    return found


def measured(name, n_reviews):
    """Return the figures of one data set."""
    warnings.simplefilter("ignore")
    with threadpool_limits(1):  # the sets run beside each other
        return coverage(Task(record.load_bench(record.shared_folder()), name), n_reviews)


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
    held = [holds(low, high, n_wrong - x) for x, (_, low, high) in zip(counts, spans, strict=True)]
    return float(chance[held].sum())


def show(name, kind, found):
    """Print the figures of one data set and kind of labels."""
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
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    print(f"{given.reviews} reviews each; percent of intervals that hold the truth, width, error")
    print(f"{'':58}{'held':>6} {'width':>6} {'error':>6} {'truth':>6} by class")
    results = {}
    with ProcessPoolExecutor(given.workers) as pool:
        n_reviews = [given.reviews] * len(given.sets)
        for name, by_kind in zip(
            given.sets, pool.map(measured, given.sets, n_reviews), strict=True
        ):
            for kind, found in by_kind.items():
                results[f"{name}, {kind}"] = found
                show(name, kind, found)
    for kind in KINDS:
        held = [results[f"{name}, {kind}"][OURS]["held"] for name in given.sets]
        print(f"{kind}: {min(held)} to {max(held)}, all reviews {np.mean(held):.1f}")
    exact = exact_coverage()
    print("exact coverage, one queue of 5 000 items; columns: random answers")
    print(" " * 9 + "".join(f"{m:8}" for m in DRAWN))
    for accuracy, row in exact.items():
        print(f"{accuracy:9}" + "".join(f"{x:8.1f}" for x in row.values()))
    record.append("audit", {"reviews": given.reviews, "coverage": results, "exact": exact})


if __name__ == "__main__":
    main()
