"""How often the intervals of agreement hold the true value, beside percentiles; and seconds.

    python benchmarks/agreement.py [--reviews 2000] [--part coverage|seconds]

Two reviewers answer a few items. Each is right with the same chance, wrong answers are spread evenly
over the other classes, and the true kappa and alpha follow from that. Reviews in which the coefficient is
undefined (one class alone was answered) are left out, and counted. Of 2,000 reviews the percentage has a
standard error of 0.5.

The seconds are of `agreement` with 1,000 resamples on 100,000 answers of 20 reviewers.

One JSON line for each run is appended to results/agreement.jsonl.
"""

import argparse
import time

import numpy as np
import record

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.review import agreement
from weaklabel.review.quality._bootstrap import Resampling, _resampled, intervals
from weaklabel.review.quality._coefficients import (
    item_disagreement,
    item_terms,
    pair_disagreement,
    pair_terms,
)

#: Shares of the classes, and how often a reviewer is right.
TASKS = {
    "two classes, even": ([0.5, 0.5], 0.85),
    "four classes": ([0.4, 0.3, 0.2, 0.1], 0.8),
    "a tenth spam": ([0.9, 0.1], 0.9),
    "a tenth spam, careful": ([0.9, 0.1], 0.97),
}
N_ITEMS = (20, 50, 200)
#: Items, answers to each, classes: 100,000 answers.
SIZES = ((50_000, 2, 5), (20_000, 5, 5), (20_000, 5, 20), (5_000, 20, 20))


def joint(shares, right):
    """Return P(first says a, second says b), and the classes of each cell."""
    k = len(shares)
    says = np.full((k, k), (1 - right) / (k - 1))
    np.fill_diagonal(says, right)
    first, second = np.divmod(np.arange(k * k), k)
    return np.einsum("y,ya,yb->ab", np.array(shares), says, says).ravel(), first, second


def coverage(shares, right, n_items, n_reviews, kappa):
    """Return in percent how often BCa and percentiles hold the truth, and their widths."""
    chance, first, second = joint(shares, right)
    k = len(shares)
    if kappa:
        terms, disagreement, column = pair_terms(first, second, k), pair_disagreement, 1
    else:
        counts = np.eye(k, dtype=np.int64)[first] + np.eye(k, dtype=np.int64)[second]
        terms, disagreement, column = item_terms(counts), item_disagreement, 2
    truth = disagreement(1e9 * (chance @ terms)[None]).coefficients()[0, column]
    rng = np.random.default_rng(0)
    held, width, undefined = np.zeros(2), np.zeros(2), 0
    for review in range(n_reviews):
        n_each = rng.multinomial(n_items, chance)
        some = n_each > 0
        how = Resampling(1000, review, 0.95)
        found = intervals(terms[some], n_each[some], disagreement, how)
        if np.isnan(found.values[column]):
            undefined += 1
            continue
        drawn = _resampled(terms[some], n_each[some], disagreement, how)[:, column]
        spans = [(found.low[column], found.high[column]), np.nanquantile(drawn, [0.025, 0.975])]
        held += [low - 1e-9 <= truth <= high + 1e-9 for low, high in spans]
        width += [high - low for low, high in spans]
    n = max(n_reviews - undefined, 1)
    return {
        "truth": round(float(truth), 3),
        "BCa": round(float(100 * held[0] / n), 1),
        "percentiles": round(float(100 * held[1] / n), 1),
        "width BCa": round(float(width[0] / n), 2),
        "width percentiles": round(float(width[1] / n), 2),
        "undefined": undefined,
    }


def answers(n_items, n_each, n_classes, n_reviewers=20):
    """Return a log in which reviewers are right four times in five."""
    rng = np.random.default_rng(0)
    schema = LabelSchema([f"class {y}" for y in range(n_classes)])
    at = "2026-05-04T10:15:00+00:00"
    log = []
    for i, y in enumerate(rng.integers(n_classes, size=n_items)):
        for who in rng.choice(n_reviewers, size=n_each, replace=False):
            said = y if rng.random() < 0.8 else rng.integers(n_classes)
            log.append(Decision(str(i), schema.classes[said], f"reviewer {who}", at))
    return DecisionLog(log), schema


def seconds():
    """Return the seconds of `agreement` by size."""
    taken = {}
    for n_items, n_each, n_classes in SIZES:
        log, schema = answers(n_items, n_each, n_classes)
        start = time.perf_counter()
        agreement(log, schema)
        name = f"{n_items} items x {n_each} answers, {n_classes} classes"
        taken[name] = round(time.perf_counter() - start, 1)
        print(f"{name:45} {taken[name]:6.1f} s", flush=True)
    return taken


def main():
    """Run, print and record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reviews", type=int, default=2000)
    parser.add_argument("--part", choices=["coverage", "seconds"])
    given = parser.parse_args()
    line = {}
    if given.part != "seconds":
        line |= {"reviews": given.reviews, "coverage": {}}
        for name, (shares, right) in TASKS.items():
            for n_items in N_ITEMS:
                for kind in ("kappa", "alpha"):
                    found = coverage(shares, right, n_items, given.reviews, kind == "kappa")
                    line["coverage"][f"{name}, {n_items} items, {kind}"] = found
                    print(f"{name:24}{n_items:4} {kind:6} {found}", flush=True)
    if given.part != "coverage":
        line["seconds"] = seconds()
    record.append("agreement", line)


if __name__ == "__main__":
    main()
