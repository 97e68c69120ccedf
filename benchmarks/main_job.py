"""Measure the main job on real comments: labels before and after refining, and the review set.

    python benchmarks/main_job.py [--seeds 5]

Reads the benchmark folder that WEAKLABEL_SHARED names. "own" are the five files of the YouTube
Spam Collection with labeling_functions/youtube_spam.py, which were written with these comments
at hand: a development set. The others are published votes with their texts. Gold is for scoring
only. Majority vote, and Snorkel's LabelModel where it is installed, see the same votes. One JSON
line for each run is appended to results/main_job.jsonl.
"""

import argparse
import importlib.util
import statistics
import time
import warnings

import numpy as np
import record

import weaklabel as wl
from weaklabel.examples import load_youtube


def own_comments(folder):
    """Return (items, votes, gold) of the real comments with our labeling functions."""
    example = load_youtube(folder / "data" / "youtube")
    lfs = wl.collect_lfs([example.lf_file])
    return example.items, wl.apply(lfs, example.items, example.schema), example.gold


def published(folder, name):
    """Return (items, votes, gold) of a data set of the benchmark that has all its texts."""
    bench = record.load_bench(folder)
    codes, gold, n_classes = bench.load(name)
    texts = bench.texts(name)
    if name in bench.SKIP_SPLITS:
        texts = texts[~texts["split"].isin(bench.SKIP_SPLITS[name])]
    votes = wl.VoteMatrix.from_array(codes, [f"class {y}" for y in range(n_classes)])
    table = {"item_id": votes.item_ids.tolist(), "text": texts["text"].tolist()}
    return wl.as_items(table), votes, gold


def accuracy(posterior, gold, among):
    """Return the share of right labels among items with gold; a tie between t classes counts 1/t."""
    among = among & (gold >= 0)
    top = posterior >= posterior.max(axis=1, keepdims=True) - 1e-12
    share = top / top.sum(axis=1, keepdims=True)
    return float(share[np.flatnonzero(among), gold[among]].mean())


def measure(items, votes, gold, seeds):
    """Return the figures of one data set."""
    covered, everything = votes.covered, np.ones(len(gold), dtype=bool)
    start = time.perf_counter()
    soft = wl.LabelModel().fit(votes).soft_labels(votes)
    refined = wl.refine(soft, items, votes=votes, text_columns=["text"], progress=False)
    seconds = time.perf_counter() - start
    majority = wl.MajorityVote().fit(votes).predict_proba(votes)
    found = {
        "items": len(gold),
        "lfs": votes.n_lfs,
        "coverage": float(covered.mean()),
        "majority vote, covered": accuracy(majority, gold, covered),
        "label model, covered": accuracy(soft.posterior, gold, covered),
        "label model, all": accuracy(soft.posterior, gold, everything),
        "refined, all": accuracy(refined.soft.posterior, gold, everything),
        "seconds": seconds,
    }
    if importlib.util.find_spec("snorkel"):
        posterior = record.snorkel_posterior(votes.codes, votes.n_classes)
        found["snorkel, covered"] = accuracy(posterior, gold, covered)
    wrong = (refined.soft.labels != gold) & (gold >= 0)
    yields = [review_yield(soft, votes, refined, wrong, seed) for seed in range(seeds)]
    chance = 100 * float(wrong.mean())
    found |= {
        "wrong in the review set of 100": statistics.mean(yields),
        "spread over seeds": f"{min(yields)} to {max(yields)}",
        "wrong in 100 random items": chance,
        "times chance": statistics.mean(yields) / chance,
    }
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in found.items()}


def review_yield(soft, votes, refined, wrong, seed):
    """Return how many wrong labels the review set of 100 holds."""
    queue = wl.rank_for_review(refined.soft, votes, refined.pred_probs, 100, seed=seed)
    place = {key: i for i, key in enumerate(soft.item_ids.tolist())}
    return int(sum(wrong[place[key]] for key in queue.item_ids.tolist()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    folder = record.shared_folder()
    sets = {"youtube, own": own_comments(folder)}
    sets |= {f"{name}, published": published(folder, name) for name in ("youtube", "sms", "trec")}
    line = {"seeds": options.seeds, "sets": {}}
    for name, data in sets.items():
        line["sets"][name] = measure(*data, options.seeds)
        print(f"\n{name}")
        for key, value in line["sets"][name].items():
            print(f"  {key:34}{value if isinstance(value, str) else format(value, 'g'):>12}")
    record.append("main_job", line)


if __name__ == "__main__":
    main()
