"""10 million items x 20 declarative labeling functions from Parquet: rate, and peak memory.

Real comments, made unique to size; each measurement in a fresh process, since the peak of a
process never falls. ``python benchmarks/big_files.py [--rows 10000000] [--folder FOLDER]``
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import record

ROWS_IN_FILE = 1_000_000
CLASSES = ["ham", "spam"]


def functions():
    """Return 20 declarative labeling functions: keywords, patterns, a lookup, a threshold."""
    import weaklabel as wl

    keywords = {
        "subscribe": "subscribe|subscribers|sub me",
        "channel": "my channel|channel",
        "check_out": "check out|check this",
        "money": "money|cash|dollars|$",
        "free": "free|gift|giveaway",
        "please": "please|plz|pls",
        "visit": "visit|click",
        "view": "views|view my",
        "like_me": "like me|like my",
        "follow": "follow|twitter|facebook",
        "song": "song|music|lyrics",
        "love": "love|awesome|amazing",
        "best": "best|great|good",
        "voice": "voice|singer|sings",
    }
    patterns = {
        "link": r"https?://",
        "domain": r"\b\w+\.(?:com|net|org)\b",
        "many_capitals": r"\b[A-Z]{5,}\b",
        "number": r"\b\d{4,}\b",
    }
    ham = {"song", "love", "best", "voice"}
    lfs = [
        wl.keyword_lf(words.split("|"), "ham" if name in ham else "spam", name=name)
        for name, words in keywords.items()
    ]
    lfs += [wl.regex_lf(pattern, "spam", name=name) for name, pattern in patterns.items()]
    lfs.append(wl.lookup_lf({"first": "ham", "lol": "ham"}, name="known"))
    lfs.append(wl.threshold_lf("n_characters", "spam", above=200, name="long"))
    return lfs


def write_items(texts, n_rows, folder):
    """Write `n_rows` distinct items in Parquet files of a million each."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    base = pa.array(texts, pa.string())
    for first in range(0, n_rows, ROWS_IN_FILE):
        numbers = np.arange(first, min(first + ROWS_IN_FILE, n_rows))
        chosen = base.take(pa.array(numbers % len(texts)))
        made = pc.binary_join_element_wise(chosen, pc.cast(numbers, "string"), " #")
        table = pa.table({"item_id": numbers, "text": made, "n_characters": pc.utf8_length(made)})
        path = Path(folder, f"items-{first // ROWS_IN_FILE:03d}.parquet")
        pq.write_table(table, path, row_group_size=100_000)


def measure(folder, n_files, how):
    """Return rows, seconds and peak of one run in a fresh process."""
    command = [sys.executable, __file__, "--measure", how, str(n_files), str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def run(how, n_files, folder):
    """Apply to the first files of a folder and print what it took; this is the fresh process."""
    from weaklabel.apply import apply, apply_to_folder

    files = sorted(Path(folder).glob("*.parquet"))[:n_files]
    lfs = functions()
    start = time.perf_counter()
    if how == "votes":
        n_items = apply(lfs, files, CLASSES, progress=False).n_items
    else:
        with tempfile.TemporaryDirectory(dir=folder) as out:
            n_items = apply_to_folder(lfs, files, CLASSES, out, progress=False).n_items
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result = {"how": how, "rows": n_items, "seconds": seconds, "rate": n_items / seconds}
    print(json.dumps(result | {"peak_mib": peak}))


def big_files(texts, n_rows=10_000_000, folder=None):
    """Return the measurements of `n_rows` and of a tenth of them, to a VoteMatrix and to files."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        write_items(texts, n_rows, place)
        n_files = -(-n_rows // ROWS_IN_FILE)
        return [
            measure(place, n, how)
            for how in ("votes", "folder")
            for n in (max(1, n_files // 10), n_files)
        ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--folder", help="where the items are written, 1.2 GB for 10 million")
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        how, n_files, folder = asked.measure
        run(how, int(n_files), folder)
        return
    results = big_files(comments(), asked.rows, asked.folder)
    for result in results:
        print(
            f"{result['how']:>7} {result['rows']:>11,} rows {result['seconds']:7.1f} s "
            f"{result['rate']:>9,.0f} rows/s  peak {result['peak_mib']:,.0f} MiB"
        )
    record.append("big_files", {"n_functions": len(functions()), "results": results})


def comments():
    """Return the real comments of the benchmark data."""
    from weaklabel.examples import load_youtube

    return load_youtube(record.shared_folder() / "data" / "youtube").items.texts()


if __name__ == "__main__":
    main()
