"""Measure the review loop: wrong labels found, and accuracy after answers, gold being the reviewer.

    python benchmarks/triage.py [--part found|after|all] [--seeds N] [--sets youtube,trec]

    found   wrong labels among the first 100 reviewed, of majority vote and of the default label
            model, beside each ranking alone and random review
    after   accuracy of the labels after 20, 50, 100 and 200 answers, beside random review,
            entropy alone, cleanlab's ranking alone, and answers that only replace their own label;
            here the errors of the labels of now are looked for, which have learned from answers

    all     the same over all items, those without votes too, of sets with texts that have some;
            the labels are refined ones, made anew with the answers

Of the covered items of the train splits, but for the last. Items are reviewed ten at a time, each time ranked anew
with the answers so far; the classifier learns from them at 20, 50, 100, 150 and 200. One JSON
line for each part is appended to results/triage.jsonl.
"""

import argparse
import warnings

import numpy as np
import record

import weaklabel as wl
from weaklabel.core import Decision, DecisionLog
from weaklabel.triage import apply_decisions

AT = "2026-01-01T00:00:00+00:00"
STEP = 10
FOUND_SETS = ("youtube", "sms", "semeval", "trec")
AFTER_SETS = (*FOUND_SETS, "domain")
ALL_SETS = ("youtube", "sms")
CHECKS = (20, 50, 100, 200)
RETRAINED = (20, 50, 100, 150, 200)
#: Least accuracy after so many answers; "start" is that before any.
BARS = {
    "youtube": {20: 0.915, 50: 0.93, 200: 0.95},
    "trec": {50: 0.625, 200: 0.665},
    "semeval": dict.fromkeys(CHECKS, "start"),
    "sms": dict.fromkeys(CHECKS, "start"),
    "domain": {20: "start", 50: "start", 100: "start", 200: 0.62},
}


class Task:
    """Items of a train split, with labels, votes and held-out probabilities.

    With `refined`, all items and their refined labels, else the covered ones and the model's.
    """

    def __init__(self, folder, name, model, refined=False):
        votes, self.gold, texts = read(folder, name, covered_only=not refined)
        ids = np.arange(len(votes)).astype(str)
        classes = [f"class {y}" for y in range(int(self.gold.max()) + 1)]
        self.votes = wl.VoteMatrix.from_array(votes, classes, item_ids=ids)
        self.modelled = model.fit(self.votes).soft_labels(self.votes)
        self.refined, self.items = refined, None
        if texts is not None:
            rows = zip(ids, texts, strict=True)
            self.items = wl.as_items([{"item_id": i, "text": t} for i, t in rows])
        self.trained = {}
        self.soft, self.pred_probs = self.labels_and_probabilities(DecisionLog())
        self.wrong = self.soft.posterior.argmax(axis=1) != self.gold

    def labels_and_probabilities(self, log):
        """Return labels that no item's own answer is in, and out-of-fold probabilities."""
        if log.head_hash not in self.trained:
            self.trained[log.head_hash] = self._made(log)
        return self.trained[log.head_hash]

    def _made(self, log):
        soft = self.modelled
        if self.items is None:  # nothing to learn from: a classifier that knows the class shares
            prior = np.tile(soft.posterior.mean(axis=0), (soft.n_items, 1))
            return soft, wl.SoftLabels(prior, soft.item_ids, soft.schema, "constant")
        gold = log.gold(soft.item_ids.tolist(), soft.schema)
        settings = {"votes": self.votes, "gold": gold, "text_columns": ["text"]}
        made = wl.refine(soft, self.items, progress=False, **settings)
        return made.soft if self.refined else soft, made.pred_probs

    def decision(self, i, stratum=""):
        label = self.votes.schema.classes[self.gold[i]]
        return Decision(str(i), label, "gold", AT, stratum=stratum)


def read(folder, name, covered_only=True):
    """Return votes, gold and texts (None where there are none) of the train items."""
    bench = record.load_bench(folder)
    with np.load(folder / "bench" / "data" / f"{name}.npz", allow_pickle=False) as data:
        votes, gold = data["L_train"].astype(int), data["y_train"].astype(int)
    texts = bench.texts(name)
    if texts is not None:
        texts = texts[texts["split"] == "train"].sort_values("row")["text"].to_numpy()
    covered = (votes >= 0).any(axis=1) | (not covered_only)
    return votes[covered], gold[covered], None if texts is None else texts[covered]


def rankings(task, seed):
    """Return single rankings of all items, the most suspicious first; ties at random."""
    from weaklabel.triage._review_state import review_state

    state = review_state(task.soft, task.votes, task.pred_probs, task.soft, DecisionLog())
    place = np.array([int(key) for key in state.item_ids.tolist()])
    rng = np.random.default_rng(seed)
    q, p, rows = task.soft.posterior, task.pred_probs.posterior, np.arange(len(task.gold))
    found = {"cleanlab self-confidence": p[rows, q.argmax(axis=1)]}
    found["entropy"] = (q * np.log(np.maximum(q, 1e-12))).sum(axis=1)
    names = ("margin", "cleanlab adjusted margin", "votes and content", "probability of the label")
    for name, column in zip(names, state.features.T, strict=True):
        found[name] = np.empty(len(rows))
        found[name][place] = -column
    return {name: np.lexsort((rng.random(len(rows)), score)) for name, score in found.items()}


def reviewed(task, n_answers, seed, learns):
    """Return the decisions of a review of `n_answers` items, ten at a time.

    Where labels learn from the answers, the errors of the labels of now are looked for.
    """
    log = []
    while len(log) < n_answers:
        known = max((n for n in RETRAINED if n <= len(log)), default=0)
        soft, pred_probs = task.labels_and_probabilities(DecisionLog(log[:known]))
        decisions, proposed = DecisionLog(log), None
        if learns:
            proposed = apply_decisions(decisions, soft, task.votes, pred_probs).soft
        queue = wl.rank_for_review(
            soft,
            task.votes,
            pred_probs,
            min(STEP, n_answers - len(log)),
            proposed=proposed,
            decisions=decisions,
            seed=1000 * seed + len(log),
        )
        pairs = zip(queue.item_ids.tolist(), queue.strata, strict=True)
        log += [task.decision(int(key), stratum) for key, stratum in pairs]
    return log


def found(options):
    """Return wrong labels among the first 100 reviewed."""
    lines = {}
    for name in options.sets or FOUND_SETS:
        for kind, model in (("majority", wl.MajorityVote()), ("default", wl.LabelModel())):
            task = Task(options.folder, name, model)
            ours, single = [], {}
            for seed in range(options.seeds):
                rows = [int(d.item_id) for d in reviewed(task, 100, seed, learns=False)]
                ours.append(int(task.wrong[rows].sum()))
                for ranking, order in rankings(task, seed).items():
                    single.setdefault(ranking, []).append(int(task.wrong[order[:100]].sum()))
            line = {ranking: float(np.mean(n)) for ranking, n in single.items()}
            best = max(line.values())
            line |= {
                "items": len(task.gold),
                "random": 100 * float(task.wrong.mean()),
                "ours": float(np.mean(ours)),
                "spread": float(np.std(ours)),
                "of_best": float(np.mean(ours)) / best,
            }
            lines[f"{name} {kind}"] = line
            met = line["of_best"] >= 0.85
            met &= line["random"] >= 40 or line["ours"] >= 2 * line["random"]
            print(
                f"{name:8} {kind:9} ours {line['ours']:5.1f} +- {line['spread']:4.1f}  best single "
                f"{best:5.1f} ({max(single, key=lambda r: np.mean(single[r]))})  random "
                f"{line['random']:4.1f}  {line['of_best']:.2f} of the best  {'met' if met else 'MISSED'}"
            )
    return lines


def accuracy_after(task, log, correct=True):
    """Return the accuracy of all labels after some decisions."""
    if not correct:
        labels = task.soft.posterior.argmax(axis=1)
        rows = [int(d.item_id) for d in log]
        labels[rows] = task.gold[rows]
        return float((labels == task.gold).mean())
    decisions = DecisionLog(log)
    soft, pred_probs = task.labels_and_probabilities(decisions)
    feedback = apply_decisions(decisions, soft, task.votes, pred_probs)
    return float((feedback.soft.posterior.argmax(axis=1) == task.gold).mean())


def after(options):
    """Return accuracy after answers."""
    return accuracies(options, options.sets or AFTER_SETS)


def after_of_all(options):
    """Return accuracy of refined labels after answers, over all items."""
    return accuracies(options, options.sets or ALL_SETS, refined=True)


def accuracies(options, names, refined=False):
    """Return accuracy after answers to each of several ways to choose items, by data set."""
    lines = {}
    for name in names:
        task = Task(options.folder, name, wl.LabelModel(), refined)
        start = float((~task.wrong).mean())
        rows = {}
        for seed in range(options.seeds):
            log = reviewed(task, max(CHECKS), seed, learns=True)
            orders = rankings(task, seed)
            orders["random"] = np.random.default_rng(seed).permutation(len(task.gold))
            for n in CHECKS:
                rows.setdefault("ours", {}).setdefault(n, []).append(accuracy_after(task, log[:n]))
                rows.setdefault("ours, own label only", {}).setdefault(n, []).append(
                    accuracy_after(task, log[:n], correct=False)
                )
                for other in ("random", "entropy", "cleanlab adjusted margin"):
                    chosen = [task.decision(int(i)) for i in orders[other][:n]]
                    rows.setdefault(other, {}).setdefault(n, []).append(
                        accuracy_after(task, chosen)
                    )
        lines[name] = {"items": len(task.gold), "start": start}
        print(f"\n{name}, {len(task.gold):,} items: {100 * start:.1f} before any answer")
        for who, values in rows.items():
            shown = []
            for n in CHECKS:
                mean = float(np.mean(values[n]))
                bar = BARS[name].get(n) if who == "ours" and not refined else None
                bar = start if bar == "start" else bar
                met = (
                    ""
                    if bar is None
                    else " met"
                    if mean >= bar - 1e-9
                    else f" MISSED ({100 * bar:.1f})"
                )
                shown.append(f"{n}: {100 * mean:.1f} +- {100 * float(np.std(values[n])):.1f}{met}")
                lines[name][f"{who} {n}"] = mean
            print(f"  {who:26} {'   '.join(shown)}")
    return lines


PARTS = {"found": found, "after": after, "all": after_of_all}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=PARTS, action="append", help="all by default")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--sets", type=lambda names: tuple(names.split(",")), default=())
    options = parser.parse_args()
    options.folder = record.shared_folder()
    warnings.simplefilter("ignore")
    for part in options.part or PARTS:
        print(f"\n{(PARTS[part].__doc__ or '').strip()}")
        record.append(
            "triage", {"seeds": options.seeds, "part": part, "sets": PARTS[part](options)}
        )


if __name__ == "__main__":
    main()
