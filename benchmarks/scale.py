"""Measure seconds and memory of the array stages on a million items.

    python benchmarks/scale.py [--items 1000000] [--lfs 20] [--repeats 3]

Every case runs in a fresh process. Memory is the peak resident set of that process
minus its resident set after the votes were made. One JSON line for each run is
appended to results/scale.jsonl.
"""

import argparse
import gc
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import record

TASKS = ("LabelModel", "MajorityVote", "DawidSkene", "lf_summary")
#: What the library promises for a million items and twenty labeling functions: seconds, MiB.
BARS = {"LabelModel": (10.0, 1024), "MajorityVote": (1.0, 1024), "lf_summary": (1.0, 1024)}


def real_votes(n_items, n_lfs):
    """Return binary votes with the coverage that written labeling functions have."""
    import numpy as np

    from weaklabel.testing import synthetic_votes

    coverage = np.linspace(0.01, 0.4, n_lfs)
    votes, _ = synthetic_votes(n_items, n_lfs, coverage=coverage, one_class_share=0.8)
    return votes


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


MATRICES = {"real": real_votes, "dense": dense_votes, "distinct": distinct_votes}


def run_task(task, votes):
    """Do the work that is timed."""
    if task == "lf_summary":
        from weaklabel.analysis import lf_summary

        return lf_summary(votes)
    from weaklabel.models import label_model

    # DawidSkene: ten iterations whatever the data, to compare the cost of one.
    settings = {"max_iter": 10, "tol": 0.0} if task == "DawidSkene" else {}
    return label_model(task, **settings).fit(votes).predict_proba(votes)


def measure(task, matrix, n_items, n_lfs):
    """Run one case in this process and print it as JSON."""
    import warnings

    import numpy  # noqa: F401 - its memory is not the task's
    import pandas  # noqa: F401
    import scipy.sparse  # noqa: F401

    warnings.simplefilter("ignore")
    votes = MATRICES[matrix](n_items, n_lfs)
    gc.collect()
    before = resident_mib()
    reset = reset_peak()
    start = time.perf_counter()
    run_task(task, votes)
    seconds = time.perf_counter() - start
    peak = peak_mib() if reset else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "mib": max(peak - before, 0.0)}))


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


def run_case(task, matrix, options):
    """Return the medians of one case over fresh processes."""
    command = [sys.executable, __file__, "--case", task, matrix]
    command += ["--items", str(options.items), "--lfs", str(options.lfs)]
    runs = [
        json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for _ in range(options.repeats)
    ]
    return {key: round(statistics.median(r[key] for r in runs), 3) for key in ("seconds", "mib")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--lfs", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--case", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        measure(*options.case, options.items, options.lfs)
        return
    print(
        f"{options.items:,} items x {options.lfs} labeling functions, median of {options.repeats}"
    )
    print(f"{'task':14}{'votes':10}{'seconds':>9}{'MiB':>7}  bar")
    cases = {}
    for task in TASKS:
        for matrix in MATRICES:
            found = run_case(task, matrix, options)
            cases[f"{task}, {matrix}"] = found
            bar = BARS.get(task)
            shown = f"{bar[0]:g} s, {bar[1]} MiB" if bar else "-"
            print(f"{task:14}{matrix:10}{found['seconds']:9.2f}{found['mib']:7.0f}  {shown}")
    line = {"items": options.items, "lfs": options.lfs, "repeats": options.repeats, "cases": cases}
    record.append("scale", line)


if __name__ == "__main__":
    main()
