"""Measure refine(): wrong labels found, labels before and after, and a million short texts.

    WEAKLABEL_SHARED=FOLDER python benchmarks/refine.py [--part errors|rare|scale] [--items N]

- errors: wrong labels among the first 100 by cleanlab's adjusted normalized margin of the
  out-of-fold probabilities, and accuracy of the refined labels, for both ways to hold out, on
  the covered items of the train splits that have texts; labels of LabelModel and of
  MajorityVote; mean and spread over 5 seeds of the folds. The constants of the function-aware
  way were chosen on the first four data sets with one or two seeds; hausa_news played no part.
- rare: F1 of the positive class before and after on data sets with a rare one that have texts.
- scale: seconds and peak memory for real comments made distinct by a number.

Gold is for scoring only. One JSON line for each run is appended to results/refine.jsonl.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import time
import warnings

import numpy as np
import record

import weaklabel as wl

SETS = ("youtube", "sms", "semeval", "trec", "hausa_news")
RARE = ("rna_titles", "sms")
MODELS = {"LabelModel": wl.LabelModel, "MajorityVote": wl.MajorityVote}
WAYS = ("items", "functions")
SEEDS = 5
N_LOOKED_AT = 100
WORDS = {
    "spam": ("check out", "subscribe", "my channel", "http", "please", "money", "free"),
    "ham": ("song", "love", "best"),
}


def train_split(bench, name):
    """Return (items, votes, gold) of the covered items of the train split, or None without texts."""
    with np.load(bench.DATA / f"{name}.npz", allow_pickle=False) as file:
        codes, gold = file["L_train"].astype(np.int16), file["y_train"].astype(np.int16)
        classes = [f"class {y}" for y in range(len(file["class_names"]))]
    table = bench.texts(name)
    if table is None:
        return None
    texts = table[table["split"] == "train"].sort_values("row")["text"].fillna("").tolist()
    if len(texts) != len(codes):
        return None
    rows = np.flatnonzero((codes >= 0).any(axis=1))
    items = wl.as_items([{"item_id": f"{i:07d}", "text": texts[i]} for i in rows])
    return (
        items,
        wl.VoteMatrix.from_array(codes[rows], classes, item_ids=items.item_ids),
        gold[rows],
    )


def found(labels, proba, gold):
    """Return the number of wrong labels among the first 100."""
    from cleanlab.rank import get_label_quality_scores

    quality = get_label_quality_scores(
        labels, proba, method="normalized_margin", adjust_pred_probs=True
    )
    first = np.argsort(quality, kind="stable")[:N_LOOKED_AT]
    return int((labels[first] != gold[first]).sum())


def errors(bench, _):
    """Print and return wrong labels found and accuracy, by data set, labels and way."""
    print(f"{'data set':10}{'labels':14}{'random':>7}" + "".join(f"{w:>18}" for w in WAYS), end="")
    print(f"{'before':>10}" + "".join(f"{w:>11}" for w in WAYS))
    rows = {}
    for name in SETS:
        items, votes, gold = train_split(bench, name)
        for model, kind in MODELS.items():
            soft = kind().fit(votes).soft_labels(votes)
            row = compared(soft, items, votes, gold)
            rows[f"{name} {model}"] = row
            show(name, model, row)
    for way in WAYS:
        print(way, "in all:", round(sum(row[way]["found"] for row in rows.values()), 1))
    return rows


def compared(soft, items, votes, gold):
    """Return the figures of one set of labels."""
    hard = soft.posterior.argmax(axis=1)
    row = {
        "random": N_LOOKED_AT * float((hard != gold).mean()),
        "before": float((hard == gold).mean()),
    }
    for way in WAYS:
        start, runs = time.perf_counter(), []
        for seed in range(SEEDS):
            made = wl.refine(
                soft, items, votes=votes, text_columns=["text"], hold_out=way, seed=seed
            )
            refined = made.soft.posterior.argmax(axis=1)
            runs.append((found(hard, made.pred_probs.posterior, gold), (refined == gold).mean()))
        row[way] = {
            "found": statistics.mean(r[0] for r in runs),
            "spread": round(statistics.stdev(r[0] for r in runs), 2),
            "accuracy": round(float(np.mean([r[1] for r in runs])), 4),
            "seconds": round((time.perf_counter() - start) / SEEDS, 2),
        }
    return row


def show(name, model, row):
    """Print one line of the table."""
    cells = "".join(f"{row[w]['found']:12.1f} ± {row[w]['spread']:3.1f}" for w in WAYS)
    after = "".join(f"{row[w]['accuracy']:11.4f}" for w in WAYS)
    print(f"{name:10}{model:14}{row['random']:7.1f}{cells}{row['before']:10.4f}{after}", flush=True)


def rare(bench, _):
    """Print and return F1 of class 1 before and after, with texts where they exist."""
    rows = {}
    for name in RARE:
        data = train_split(bench, name)
        if data is None:
            print(f"{name}: no texts")
            continue
        items, votes, gold = data
        soft = wl.LabelModel().fit(votes).soft_labels(votes)
        row = {"positive": round(float((gold == 1).mean()), 4), "before": f1(soft, gold)}
        for way in WAYS:
            made = wl.refine(soft, items, votes=votes, text_columns=["text"], hold_out=way)
            row[way] = f1(made.soft, gold)
        rows[name] = row
        print(name, row, flush=True)
    return rows


def f1(soft, gold):
    """Return F1 of class 1."""
    labels = soft.posterior.argmax(axis=1)
    both = int(((labels == 1) & (gold == 1)).sum())
    return round(2 * both / max(int((labels == 1).sum() + (gold == 1).sum()), 1), 4)


def scale(_, n_items):
    """Print and return the seconds and the peak memory of refine on many short texts."""
    import pyarrow as pa
    from apply import comments

    texts = comments(record.shared_folder(), n_items)
    items = wl.Items(pa.table({"text": texts}), [f"c{i}" for i in range(n_items)])
    columns = [[w in t.lower() for t in texts] for words in WORDS.values() for w in words]
    voted = [c for c, words in enumerate(WORDS.values()) for _ in words]
    codes = np.array([np.where(c, v, -1) for c, v in zip(columns, voted, strict=True)]).T
    votes = wl.VoteMatrix.from_array(codes, list(WORDS), item_ids=items.item_ids)
    soft = wl.LabelModel().fit(votes).soft_labels(votes)
    del texts, columns, codes
    start = time.perf_counter()
    wl.refine(soft, items, votes=votes, text_columns=["text"], progress=True)
    row = {
        "items": n_items,
        "seconds": round(time.perf_counter() - start, 1),
        "peak GiB of the process": round(
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2
        ),
    }
    print(row)
    return row


PARTS = {"errors": errors, "rare": rare, "scale": scale}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=PARTS, help="one part alone, by default all")
    parser.add_argument("--items", type=int, default=1_000_000, help="items of the part scale")
    options = parser.parse_args()
    folder = record.shared_folder()
    if options.part is None:  # each in a fresh process, so that peak memory is its own
        for part in PARTS:
            command = [sys.executable, __file__, "--part", part, "--items", str(options.items)]
            subprocess.run(command, check=True)
        return
    warnings.simplefilter("ignore")
    bench = record.load_bench(folder)
    record.append("refine", {options.part: PARTS[options.part](bench, options.items)})


if __name__ == "__main__":
    main()
