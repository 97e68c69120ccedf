"""Compare the label models with published ones on real label matrices.

    python benchmarks/quality.py [--snorkel]

Reads the benchmark folder that WEAKLABEL_SHARED names (by default ../shared beside the
repository): its bench.py fixes the protocol, its baselines.json has the figures of other
libraries. With --snorkel Snorkel's LabelModel is fitted in the same run. Gold is for
scoring only, except in the last table: there LabelModel is given 50 random labels of each
data set, and scored on its other items. One JSON line for each run is appended to
results/quality.jsonl.
"""

import argparse
import importlib.util
import json
import statistics
import sys
import time
import warnings

import learn_label_model
import numpy as np
import record

from weaklabel import VoteMatrix
from weaklabel.models import label_model

FIGURES = ("metric", "log_loss", "brier")
LEFT_OUT = "LabelModel, constants learned on the other sets"
N_GOLD, GOLD_SEEDS = 50, 5
OURS = {
    "MajorityVote": ("MajorityVote", {}),
    "LabelModel": ("LabelModel", {}),
    "PrecisionNaiveBayes": ("PrecisionNaiveBayes", {}),
    "PrecisionNaiveBayes, converged": ("PrecisionNaiveBayes", {"max_iter": 200}),
    "DawidSkene": ("DawidSkene", {}),
    "WeightedVote": ("WeightedVote", {}),
    "OneCoin": ("OneCoin", {}),
    "MACE": ("MACE", {}),
    "EBCC": ("EBCC", {}),
    "IBCC": ("EBCC", {"n_subtypes": 1}),
    "TripletModel": ("TripletModel", {}),
    "MatrixCompletion": ("MatrixCompletion", {}),
}


def fit_ours(name, parameters, codes, n_classes):
    """Return the posterior of one of our models, and the seconds it took."""
    votes = VoteMatrix.from_array(codes, [f"class {y}" for y in range(n_classes)])
    start = time.perf_counter()
    proba = label_model(name, **parameters).fit(votes).predict_proba(votes)
    return proba, time.perf_counter() - start


def fit_snorkel(codes, n_classes):
    """Return the posterior of Snorkel's LabelModel, and the seconds it took."""
    start = time.perf_counter()
    return record.snorkel_posterior(codes, n_classes), time.perf_counter() - start


def score_all(bench, kind, with_snorkel):
    """Return {data set: {model: figures}} of what is fitted in this run."""
    found = {}
    for name in bench.names(kind):
        codes, _, n_classes = bench.load(name)
        runs = {model: fit_ours(*how, codes, n_classes) for model, how in OURS.items()}
        if with_snorkel and kind == "lf":
            runs["snorkel LabelModel, this run"] = fit_snorkel(codes, n_classes)
        found[name] = {
            model: {**figures(bench, name, proba), "seconds": round(seconds, 3)}
            for model, (proba, seconds) in runs.items()
        }
    if kind == "lf":
        for name, _, proba in learn_label_model.left_out(bench):
            found[name][LEFT_OUT] = figures(bench, name, proba)
    return found


def figures(bench, name, proba):
    """Return the rounded figures of a posterior."""
    score = bench.score(name, proba)
    return {f: round(score[f], 4) for f in FIGURES}


def score_with_gold(bench, kind):
    """Return {data set: {figure: mean change}} that random gold makes on the items without it."""
    changes = {}
    for name in bench.names(kind):
        codes, gold, n_classes = bench.load(name)
        votes = VoteMatrix.from_array(codes, [f"class {y}" for y in range(n_classes)])
        before = label_model("LabelModel").fit(votes).predict_proba(votes)
        usable = np.flatnonzero((gold >= 0) & votes.covered)
        rows = []
        for seed in range(GOLD_SEEDS):
            size = min(N_GOLD, len(usable) // 2)
            given = np.random.default_rng(seed).choice(usable, size, replace=False)
            known, rest = np.full_like(gold, -1), gold.copy()
            known[given], rest[given] = gold[given], -1
            after = label_model("LabelModel").fit(votes, known).predict_proba(votes)
            rows.append(changed(bench, name, (codes, rest, n_classes), before, after))
        changes[name] = {f: round(statistics.mean(row[f] for row in rows), 4) for f in FIGURES}
    return changes


def changed(bench, name, data, before, after):
    """Return how each figure changes, scored on `data` in place of the whole set."""
    whole = bench.load
    bench.load = lambda _: data
    try:
        old, new = bench.score(name, before), bench.score(name, after)
    finally:
        bench.load = whole
    return {f: new[f] - old[f] for f in FIGURES}


def show_gold(kind, changes):
    """Print what gold changes on each data set, then the mean."""
    print(f"\n{kind}: change of LabelModel with {N_GOLD} random gold labels, {GOLD_SEEDS} seeds")
    for name, row in changes.items():
        print(f"{name:20}" + "".join(f"{row[f]:+10.4f}" for f in FIGURES))
    mean = {f: statistics.mean(row[f] for row in changes.values()) for f in FIGURES}
    print(f"{'MEAN':20}" + "".join(f"{mean[f]:+10.4f}" for f in FIGURES))


def published(folder, kind):
    """Return {data set: {model: figures}} of baselines.json."""
    tables = json.loads((folder / "bench" / "baselines.json").read_text(encoding="utf-8"))
    return tables[kind]


def means(table):
    """Return the mean figures of every model that was scored on every data set."""
    models = set.intersection(*(set(row) for row in table.values()))
    return {
        model: {
            f: round(statistics.mean(row[model][f] for row in table.values()), 4) for f in FIGURES
        }
        for model in models
    }


def show(kind, table):
    """Print one line for each data set and model, then the means, best metric first."""
    print(f"\n{kind}: {len(table)} data sets")
    print(f"{'data set':20}{'model':52}{'metric':>8}{'log-loss':>10}{'Brier':>8}")
    rows = [*table.items(), ("MEAN", means(table))]
    for name, models in rows:
        for model, figures in sorted(models.items(), key=lambda m: (-m[1]["metric"], m[0])):
            numbers = f"{figures['metric']:8.4f}{figures['log_loss']:10.4f}{figures['brier']:8.4f}"
            print(f"{name:20}{model:52}{numbers}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--snorkel", action="store_true", help="fit Snorkel's LabelModel too")
    options = parser.parse_args()
    if options.snorkel and importlib.util.find_spec("snorkel") is None:
        sys.exit("snorkel is not installed. Run: pip install 'weaklabel[snorkel]'.")
    folder = record.shared_folder()
    bench = record.load_bench(folder)
    warnings.simplefilter("ignore")
    line = {"models": {name: f"{how[0]} {how[1]}" for name, how in OURS.items()}}
    for kind in ("lf", "crowd"):
        found = score_all(bench, kind, options.snorkel)
        theirs = published(folder, kind)
        show(kind, {name: theirs.get(name, {}) | found[name] for name in found})
        gold = score_with_gold(bench, kind)
        show_gold(kind, gold)
        line[kind] = {"means": means(found), "sets": found, "50 gold": gold}
    record.append("quality", line)


if __name__ == "__main__":
    main()
