"""Measure refine(): wrong labels found, labels before and after, and a million short texts.

    WEAKLABEL_SHARED=FOLDER python benchmarks/refine.py [--part errors|labels|scale]
        [--items N] [--max-trained N]

- errors: wrong labels among the first 100 by cleanlab's adjusted normalized margin of the
  out-of-fold probabilities, and accuracy of the refined labels, for both ways to hold out, on
  the covered items of the train splits that have texts; labels of LabelModel and of
  MajorityVote; mean and spread over 5 seeds of the folds. The constants of the function-aware
  way were chosen on the first four data sets with one or two seeds; hausa_news played no part.
- labels: accuracy, or F1 of class 1 where that is rare, before and after, of the items with
  votes and of those without, on every data set with texts. An item without votes counts as
  the label model leaves it, mostly at the prior; a tie between t classes counts 1/t.
- scale: seconds and peak memory for real comments made distinct by a number, with features of
  all items or, with --max-trained, those of a sample.

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
#: Data set and the splits that have texts.
TEXTS = {
    "youtube": ("train",),
    "sms": ("train",),
    "semeval": ("train",),
    "trec": ("train",),
    "hausa_news": ("train",),
    "rna_titles": ("train",),
    "agnews_cosine": ("valid",),
    "chemprot": ("valid", "test"),
    "yelp": ("test",),
    "spouse": ("test",),
}
F1_SETS = ("sms", "rna_titles", "spouse")
MODELS = {"LabelModel": wl.LabelModel, "MajorityVote": wl.MajorityVote}
WAYS = ("items", "functions")
SEEDS = 5
N_LOOKED_AT = 100
WORDS = {
    "spam": ("check out", "subscribe", "my channel", "http", "please", "money", "free"),
    "ham": ("song", "love", "best"),
}


def train_split(bench, name):
    """Return (items, votes, gold) of the covered items of the train split."""
    items, votes, gold = splits(bench, name, ("train",))
    covered = np.flatnonzero(votes.covered)
    return items.take(covered), votes.take(covered), gold[covered]


def splits(bench, name, chosen):
    """Return (items, votes, gold) of the splits that are `chosen`."""
    table = bench.texts(name)
    codes, gold, texts = [], [], []
    with np.load(bench.DATA / f"{name}.npz", allow_pickle=False) as file:
        for split in chosen:
            codes.append(file[f"L_{split}"].astype(np.int16))
            gold.append(file[f"y_{split}"].astype(np.int16))
            rows = table[table["split"] == split].sort_values("row")
            texts += rows["text"].fillna("").tolist()
        classes = [f"class {y}" for y in range(len(file["class_names"]))]
    items = wl.as_items([{"item_id": f"{i:07d}", "text": text} for i, text in enumerate(texts)])
    votes = wl.VoteMatrix.from_array(np.vstack(codes), classes, item_ids=items.item_ids)
    return items, votes, np.concatenate(gold)


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


def labels(bench, _):
    """Print and return the quality of labels before and after, with votes and without."""
    print(f"{'data set':14}{'labels':14}{'weight':>7}{'with votes':>20}{'without votes':>26}")
    rows = {}
    for name, chosen in TEXTS.items():
        items, votes, gold = splits(bench, name, chosen)
        for model, kind in MODELS.items():
            soft = kind().fit(votes).soft_labels(votes)
            made = wl.refine(soft, items, votes=votes, text_columns=["text"])
            row = {"weight": round(float(made.content_weight[votes.covered].mean()), 2)}
            for part, among in (("with", votes.covered), ("without", ~votes.covered)):
                among = among & (gold >= 0)
                row[part] = [int(among.sum())]
                if among.any():
                    row[part] += [
                        score(name, m.posterior[among], gold[among]) for m in (soft, made.soft)
                    ]
            rows[f"{name} {model}"] = row
            cells = "".join(f"{row[part]!s:>28}" for part in ("with", "without"))
            print(f"{name:14}{model:14}{row['weight']:7.2f}{cells}", flush=True)
    gains = [row["with"][2] - row["with"][1] for row in rows.values()]
    print(f"with votes: mean gain {statistics.mean(gains):.4f}, least {min(gains):.4f}")
    return rows


def score(name, posterior, gold):
    """Return F1 of class 1 for data sets where it is rare, else accuracy."""
    top = posterior >= posterior.max(axis=1, keepdims=True) - 1e-12
    share = top / top.sum(axis=1, keepdims=True)
    right = share[np.arange(len(gold)), gold]
    if name not in F1_SETS:
        return round(float(right.mean()), 4)
    both = 2 * right[gold == 1].sum()
    return round(float(both / max(share[:, 1].sum() + (gold == 1).sum(), 1)), 4)


def scale(_, options):
    """Print and return the seconds and the peak memory of refine on many short texts."""
    import pyarrow as pa
    from apply import comments

    n_items, max_trained = options.items, options.max_trained
    texts = comments(record.shared_folder(), n_items)
    items = wl.Items(pa.table({"text": texts}), [f"c{i}" for i in range(n_items)])
    columns = [[w in t.lower() for t in texts] for words in WORDS.values() for w in words]
    voted = [c for c, words in enumerate(WORDS.values()) for _ in words]
    codes = np.array([np.where(c, v, -1) for c, v in zip(columns, voted, strict=True)]).T
    votes = wl.VoteMatrix.from_array(codes, list(WORDS), item_ids=items.item_ids)
    soft = wl.LabelModel().fit(votes).soft_labels(votes)
    del texts, columns, codes
    before = peak()
    start = time.perf_counter()
    settings = {"text_columns": ["text"], "max_trained": max_trained, "progress": True}
    wl.refine(soft, items, votes=votes, **settings)
    row = {
        "items": n_items,
        "max_trained": max_trained,
        "peak GiB before refine": before,
        "seconds": round(time.perf_counter() - start, 1),
        "peak GiB of the process": peak(),
    }
    print(row)
    return row


def peak():
    """Return the most memory that this process has had, in GiB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)


PARTS = {"errors": errors, "labels": labels, "scale": scale}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=PARTS, help="one part alone, by default all")
    parser.add_argument("--items", type=int, default=1_000_000, help="items of the part scale")
    parser.add_argument("--max-trained", type=int, help="of the part scale, by default all")
    options = parser.parse_args()
    folder = record.shared_folder()
    if options.part is None:  # each in a fresh process, so that peak memory is its own
        for part in PARTS:
            command = [sys.executable, __file__, "--part", part, "--items", str(options.items)]
            subprocess.run(command, check=True)
        return
    warnings.simplefilter("ignore")
    bench = record.load_bench(folder)
    record.append("refine", {options.part: PARTS[options.part](bench, options)})


if __name__ == "__main__":
    main()
