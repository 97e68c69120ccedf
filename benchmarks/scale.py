"""Measure seconds and memory of the label models and of `lf_summary`, by size and kind of votes.

    python benchmarks/scale.py [--part base|snorkel|items|stream|crowd] [--repeats 3]

    base      a million items x 20 labeling functions, three kinds of votes
    snorkel   a million items x 50, beside Snorkel on the same votes (needs snorkel)
    items     cost of one item, from ten thousand items to ten million
    stream    a hundred million items x 50 in batches (--stream 20000000 for fewer)
    crowd     ten million votes of 100,000 workers on two million items

Every case runs in a fresh process. Memory is the peak resident set of that process
minus its resident set after the votes were made; for `stream` it is the whole peak.
One JSON line for each run is appended to results/scale.jsonl.
"""

import argparse
import gc
import importlib.util
import json
import resource
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

import record

TASKS = ("LabelModel", "MajorityVote", "DawidSkene", "lf_summary")
#: What the library promises for a million items and twenty labeling functions: seconds, MiB.
BARS = {"LabelModel": (10.0, 1024), "MajorityVote": (1.0, 1024), "lf_summary": (1.0, 1024)}
#: Ours, Snorkel's, and how many times as fast ours is to be with two classes and with ten.
PEERS = (("LabelModel", "snorkel.LabelModel", 5, 20), ("MajorityVote", "snorkel.Majority", 50, 50))
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
STREAM_BATCH, STREAM_DISTINCT, STREAM_MIB = 500_000, 300_000, 2048
CROWD_ITEMS, CROWD_WORKERS, CROWD_VOTES_PER_ITEM = 2_000_000, 100_000, 5


def real_votes(n_items, n_lfs, n_classes=2):
    """Return votes with the coverage that written labeling functions have."""
    import numpy as np

    from weaklabel.testing import synthetic_votes

    coverage = np.linspace(0.01, 0.4, n_lfs)
    shape = {"n_classes": n_classes, "coverage": coverage, "one_class_share": 0.8}
    return synthetic_votes(n_items, n_lfs, **shape)[0]


def ten_class_votes(n_items, n_lfs):
    """Return votes like those of `real_votes` for ten classes."""
    return real_votes(n_items, n_lfs, 10)


def dense_votes(n_items, n_lfs):
    """Return uniform binary votes without an abstain."""
    import numpy as np

    from weaklabel import VoteMatrix

    codes = np.random.default_rng(0).integers(0, 2, (n_items, n_lfs), dtype=np.int8)
    return VoteMatrix.from_array(codes, ["no", "yes"])


def distinct_votes(n_items, n_lfs):
    """Return uniform votes for five classes, in which hardly any row occurs twice."""
    import numpy as np

    from weaklabel import VoteMatrix

    codes = np.random.default_rng(0).integers(0, 5, (n_items, n_lfs), dtype=np.int8)
    return VoteMatrix.from_array(codes, list("abcde"))


def crowd_votes(n_items, n_workers, n_classes=4):
    """Return sparse votes: a few for each item, of workers who are right more or less often."""
    import numpy as np

    from weaklabel import VoteMatrix

    rng = np.random.default_rng(0)
    items = np.repeat(np.arange(n_items), CROWD_VOTES_PER_ITEM)
    # Steps below n_workers / CROWD_VOTES_PER_ITEM from a random start: nobody votes twice.
    steps = rng.integers(1, n_workers // CROWD_VOTES_PER_ITEM, items.shape)
    steps.reshape(n_items, -1)[:, 0] = rng.integers(0, n_workers, n_items)
    workers = np.cumsum(steps.reshape(n_items, -1), axis=1).ravel() % n_workers
    gold = rng.integers(0, n_classes, n_items)[items]
    right = rng.random(len(items)) < rng.beta(6, 3, n_workers)[workers]
    codes = np.where(right, gold, (gold + rng.integers(1, n_classes, len(items))) % n_classes)
    classes = [f"class_{y}" for y in range(n_classes)]
    return VoteMatrix.from_entries(items, workers, codes, (n_items, n_workers), classes)


MATRICES = {
    "real": real_votes,
    "dense": dense_votes,
    "distinct": distinct_votes,
    "ten": ten_class_votes,
    "crowd": crowd_votes,
}


def task_of(name, votes):
    """Return the function without arguments that does the work that is timed."""
    if name == "lf_summary":
        from weaklabel.analysis import lf_summary

        return lambda: lf_summary(votes)
    if name.startswith("snorkel."):
        return snorkel_task(name, votes)
    from weaklabel.models import label_model

    # DawidSkene: ten iterations whatever the data, to compare the cost of one.
    settings = {"max_iter": 10, "tol": 0.0} if name == "DawidSkene" else {}
    return lambda: label_model(name, **settings).fit(votes).predict_proba(votes)


def snorkel_task(name, votes):
    """Return the same work for Snorkel, with its defaults."""
    import numpy as np
    from snorkel.labeling.model import LabelModel, MajorityLabelVoter

    codes = np.ascontiguousarray(votes.codes)
    if name == "snorkel.Majority":
        return lambda: MajorityLabelVoter(cardinality=votes.n_classes).predict_proba(codes)
    model = LabelModel(cardinality=votes.n_classes, verbose=False)

    def fit_and_predict():
        model.fit(codes, seed=0, progress_bar=False)
        return model.predict_proba(codes)

    return fit_and_predict


def measure(task, matrix, n_items, n_lfs):
    """Run one case in this process and print it as JSON."""
    import numpy  # noqa: F401 - its memory is not the task's
    import pandas  # noqa: F401 - so that its memory is not the task's
    import scipy.sparse  # noqa: F401 - likewise

    warnings.simplefilter("ignore")
    if task == "stream":
        print(json.dumps(stream(n_items, n_lfs)))
        return
    work = task_of(task, MATRICES[matrix](n_items, n_lfs))
    gc.collect()
    before = resident_mib()
    reset = reset_peak()
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    peak = peak_mib() if reset else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "mib": max(peak - before, 0.0)}))


def stream(n_items, n_lfs):
    """Fit the default on batches that are made on the fly; return seconds and the whole peak."""
    from weaklabel import LabelModel

    making = []
    start = time.perf_counter()
    LabelModel().fit_batches(batches(n_items, n_lfs, making))
    seconds = time.perf_counter() - start - sum(making)
    return {"seconds": seconds, "making": sum(making), "mib": peak_mib()}


def batches(n_items, n_lfs, making):
    """Yield votes in batches, rows drawn from some distinct ones; note what making them takes."""
    import numpy as np

    from weaklabel import VoteMatrix

    start = time.perf_counter()
    votes = real_votes(STREAM_DISTINCT, n_lfs)
    rows, schema = np.ascontiguousarray(votes.codes), votes.schema
    rng = np.random.default_rng(0)
    for first in range(0, n_items, STREAM_BATCH):
        size = min(STREAM_BATCH, n_items - first)
        batch = VoteMatrix.from_array(rows[rng.integers(0, len(rows), size)], schema)
        making.append(time.perf_counter() - start)
        yield batch
        start = time.perf_counter()


def reset_peak():
    """Forget the peak that making the votes left behind; False where the system cannot."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return False
    return True


def _status(field):
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    return 0.0


def resident_mib():
    """Return the resident set of this process."""
    return _status("VmRSS")


def peak_mib():
    """Return the peak resident set since `reset_peak`."""
    return _status("VmHWM")


def run_case(task, matrix, n_items, n_lfs, repeats):
    """Return the medians of one case over fresh processes."""
    command = [sys.executable, __file__, "--case", task, matrix]
    command += ["--items", str(n_items), "--lfs", str(n_lfs)]
    runs = [
        json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for _ in range(repeats)
    ]
    return {key: round(statistics.median(r[key] for r in runs), 3) for key in runs[0]}


def base(options):
    """Print and return every task on three kinds of votes."""
    n_items, n_lfs = options.items, options.lfs or 20
    print(f"{n_items:,} items x {n_lfs} labeling functions, median of {options.repeats}")
    print(f"{'task':14}{'votes':10}{'seconds':>9}{'MiB':>7}  bar")
    cases = {}
    for task in TASKS:
        for matrix in ("real", "dense", "distinct"):
            found = run_case(task, matrix, n_items, n_lfs, options.repeats)
            cases[f"{task}, {matrix}"] = found
            bar = BARS.get(task)
            shown = f"{bar[0]:g} s, {bar[1]} MiB" if bar else "-"
            print(f"{task:14}{matrix:10}{found['seconds']:9.2f}{found['mib']:7.0f}  {shown}")
    return {"items": n_items, "lfs": n_lfs, "cases": cases}


def snorkel(options):
    """Print and return ours beside Snorkel's, and how many times as much Snorkel takes."""
    if importlib.util.find_spec("snorkel") is None:
        sys.exit("snorkel is not installed. Run: pip install 'weaklabel[snorkel]'.")
    n_items, n_lfs = options.items, options.lfs or 50
    print(f"{n_items:,} items x {n_lfs}; ours median of {options.repeats}, Snorkel's once")
    print(f"{'task':22}{'classes':>8}{'seconds':>9}{'MiB':>7}{'times':>7}{'MiB x':>7}  bar")
    cases = {}
    for ours, theirs, *bars in PEERS:
        for matrix, k, bar in zip(("real", "ten"), (2, 10), bars, strict=True):
            mine = run_case(ours, matrix, n_items, n_lfs, options.repeats)
            peer = run_case(theirs, matrix, n_items, n_lfs, 1)
            cases |= {f"{ours}, {matrix}": mine, f"{theirs}, {matrix}": peer}
            print(f"{ours:22}{k:8}{mine['seconds']:9.2f}{mine['mib']:7.0f}")
            times = {key: peer[key] / max(mine[key], 1e-3) for key in ("seconds", "mib")}
            print(f"{theirs:22}{k:8}{peer['seconds']:9.2f}{peer['mib']:7.0f}", end="")
            print(f"{times['seconds']:7.1f}{times['mib']:7.1f}  {bar} times as fast")
    return {"items": n_items, "lfs": n_lfs, "cases": cases}


def items(options):
    """Print and return the cost of one item for more and more items."""
    n_lfs = options.lfs or 20
    print(f"{n_lfs} labeling functions, `real` votes, median of {options.repeats}")
    print(f"{'task':14}{'items':>12}{'seconds':>9}{'us / item':>11}{'bytes / item':>14}")
    cases = {}
    for task in ("LabelModel", "MajorityVote"):
        for n_items in SIZES:
            found = run_case(task, "real", n_items, n_lfs, options.repeats)
            cases[f"{task}, {n_items}"] = found
            each = found["seconds"] / n_items * 1e6, found["mib"] / n_items * 2**20
            print(f"{task:14}{n_items:12,}{found['seconds']:9.2f}{each[0]:11.2f}{each[1]:14.0f}")
    return {"lfs": n_lfs, "cases": cases}


def streamed(options):
    """Print and return what fitting in batches takes."""
    n_items, n_lfs = options.stream, options.lfs or 50
    found = run_case("stream", "real", n_items, n_lfs, 1)
    print(f"{n_items:,} items x {n_lfs}, batches of {STREAM_BATCH:,} with {STREAM_DISTINCT:,} rows")
    print(f"making {found['making']:.1f} s, fitting {found['seconds']:.1f} s", end="")
    print(f", peak of the process {found['mib']:.0f} MiB (bar {STREAM_MIB})")
    return {"items": n_items, "lfs": n_lfs, "cases": {"LabelModel, fit_batches": found}}


def crowd(options):  # noqa: ARG001 - called as the other parts are
    """Print and return what fitting and predicting a large crowd takes."""
    size = CROWD_ITEMS, CROWD_WORKERS
    print(f"{size[0] * CROWD_VOTES_PER_ITEM:,} votes of {size[1]:,} workers on {size[0]:,} items")
    cases = {}
    for task in ("LabelModel", "DawidSkene"):
        found = run_case(task, "crowd", *size, 1)
        cases[f"{task}, crowd"] = found
        print(f"{task:14}{found['seconds']:9.1f} s{found['mib']:8.0f} MiB")
    return {"items": size[0], "lfs": size[1], "cases": cases}


PARTS = {"base": base, "snorkel": snorkel, "items": items, "stream": streamed, "crowd": crowd}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=PARTS, default="base")
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--lfs", type=int, help="20 or 50, by part")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--stream", type=int, default=100_000_000, help="items of part stream")
    parser.add_argument("--case", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        measure(*options.case, options.items, options.lfs)
        return
    found = PARTS[options.part](options)
    record.append("scale", {"part": options.part, "repeats": options.repeats} | found)


if __name__ == "__main__":
    main()
