"""Measure applying labeling functions of every kind, beside Snorkel and beside a bare Python loop.

    python benchmarks/apply.py [--part keyword|regex|row|spacy|edit|parquet|summary|planner] [--full]

    keyword   50 functions of three keywords each, on 100,000 texts
    regex     20 regular expressions
    row       50 plain Python functions of one item
    spacy     10 functions of a document of a blank spaCy pipeline
    edit      one function of 50 is edited, and all are applied again to 1,000,000 texts
    parquet   20 declared functions on 10,000,000 rows of Parquet: peak memory, and rate beside 1,000,000
    summary   lf_summary with gold at 1,000,000 x 50
    planner   what a labeling function costs beyond its work, on 1,000 items

The texts are the real comments of the benchmark folder that WEAKLABEL_SHARED names, each made
unique by its number. Snorkel, where it is installed, gets the same texts in the same process, by
default the first 5,000 of them, since it takes most of a minute for 100,000; its seconds are then
multiplied up, and the line says so. --full gives it all of them. Votes are compared one by one.
Every part runs in a fresh process. One JSON line for each run is appended to results/apply.jsonl.
"""

import argparse
import gc
import importlib.util
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections import namedtuple
from pathlib import Path

import record

import weaklabel as wl

SCHEMA = ["ham", "spam"]
#: What is promised, by part and figure: "at least" for times as fast, "at most" for the others.
BARS = {
    "keyword": {"times": 100},
    "regex": {"times": 30},
    "row": {"times": 20, "of_bare_loop": 1.5},
    "spacy": {"times": 10},
    "edit": {"share": 0.05, "keyword_share": 0.05},
    "parquet": {"mib": 1024, "slower": 1.2},
    "summary": {"times": 40, "mib": 200},
    "planner": {"ms_each": 1.0},
}
AT_LEAST = {"times"}
SNORKEL_ROWS = 5_000

#: Three words for each of fifty functions.
GROUPS = (
    "subscribe,sub,channel;check out,check my,check this;http,https,www;free,win,winner;"
    "money,cash,dollar;follow,facebook,twitter;please,pls,plz;share,like,thumbs up;"
    "visit,click,link;gift card,giveaway,prize;love,loved,lovely;song,songs,music;"
    "best,great,awesome;amazing,beautiful,perfect;katy,perry,roar;shakira,waka,colombia;"
    "eminem,rihanna,rap;psy,gangnam,style;lmfao,party,rock;dance,dancing,dancer;"
    "video,vid,clip;views,billion,million;watch,watching,watched;youtube,google,account;"
    "cover,remix,parody;my music,my song,my video;new song,new video,new album;"
    "listen,hear,voice;lyrics,chorus,beat;old,remember,childhood;2013,2014,2015;"
    "world cup,brazil,africa;lol,haha,lmao;omg,wow,wtf;hate,sucks,worst;hot,sexy,cute;"
    "girl,boy,guy;god,jesus,bless;help,support,donate;app,android,iphone;"
    "game,minecraft,play;earn,job,home;website,site,page;email,contact,message;"
    "rapper,producer,band;talent,dream,chance;years,year,ago;first,last,second;"
    "why,what,how;thanks,thank you,welcome"
)
WORDS = [group.split(",") for group in GROUPS.split(";")]
PATTERNS = [
    r"https?://|www\.", r"\bche*ck+ *(it |this |my |our )?(out|my|our|this)\b", r"\b(un)?sub(s|bed|scrib\w*)?\b",
    r"\b(my|our) (new )?(channel|video|song|music|page|cover)s?\b", r"\$\d+|\d+ ?(dollars|bucks)", r"watch\?v=[\w-]{11}",
    r"\b\w+\.(com|org|net|tv|ly)\b", r"[!?]{3,}", r"\b\d{4}\b", r"(?:love|like)s? (this|the) (song|video)",
    r"\b(give|gave) .{0,20}(thumbs|like)", r"facebook\.com/\S+", r"^first\b", r"\bplease\b.*\b(subscribe|watch|visit)\b",
    r"\d+:\d\d", r"&#\d+;", r"<br ?/?>", r"\b(katy|shakira|eminem|psy|lmfao)\b", r"(.)\1{4,}", r"\bi'?m (only )?\d+ years",
]  # fmt: skip


def comments(folder, n_items):
    """Return so many distinct texts, made of the real comments and a number."""
    from weaklabel.examples import load_youtube

    texts = load_youtube(folder / "data" / "youtube").items.texts()
    n = len(texts)
    return [f"{texts[i % n]} {i}" for i in range(n_items)]


def frame_of(texts):
    """Return a pandas data frame with ids."""
    import pandas as pd

    return pd.DataFrame({"item_id": [f"c{i}" for i in range(len(texts))], "text": texts})


def seconds_of(work, repeats):
    """Return the median seconds of `work` after a first run, and what it returned."""
    found = work()
    seconds = []
    for _ in range(repeats):
        gc.collect()
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), found


def beside_snorkel(lfs, functions, frame, options, preprocessors=()):
    """Return ours and Snorkel's seconds for the same functions, and how many votes differ."""
    import numpy as np

    ours, votes = seconds_of(lambda: wl.apply(lfs, frame, SCHEMA, progress=False), options.repeats)
    found = {"items": len(frame), "lfs": len(lfs), "seconds": ours}
    if importlib.util.find_spec("snorkel") is None:
        return found
    from snorkel.labeling import LabelingFunction, PandasLFApplier

    applier = PandasLFApplier(
        [
            LabelingFunction(lf.name, f, pre=list(preprocessors))
            for lf, f in zip(lfs, functions, strict=True)
        ]
    )
    part = frame if options.full else frame.iloc[:SNORKEL_ROWS]
    start = time.perf_counter()
    codes = applier.apply(part, progress_bar=False)
    seconds = (time.perf_counter() - start) * len(frame) / len(part)
    # Snorkel's functions lower a text by str.lower, which gives dotted capital I two characters.
    alike = ~part["text"].str.contains("\u0130", regex=False).to_numpy()
    differ = np.asarray(codes)[alike] != votes.codes[: len(part)][alike]
    return found | {
        "snorkel_items": len(part),
        "snorkel_seconds": seconds,
        "times": seconds / ours,
        "votes_that_differ": int(differ.sum()),
    }


def keyword(options):
    """Fifty functions of three keywords, anywhere in the text."""
    lfs = [wl.keyword_lf(words, "spam", match="substring") for words in WORDS]

    def function(words):
        def holds(item):
            text = item.text.lower()
            return 1 if any(word in text for word in words) else -1

        return holds

    return beside_snorkel(
        lfs, map(function, WORDS), frame_of(comments(options.folder, 100_000)), options
    )


def regex(options):
    """Twenty regular expressions, compiled beforehand for Snorkel as well."""
    compiled = [re.compile(pattern, re.IGNORECASE) for pattern in PATTERNS]
    lfs = [wl.regex_lf(pattern, "spam", f"regex_{k}") for k, pattern in enumerate(compiled)]

    def function(pattern):
        return lambda item: 1 if pattern.search(item.text) else -1

    return beside_snorkel(
        lfs, map(function, compiled), frame_of(comments(options.folder, 100_000)), options
    )


def row(options):
    """Fifty plain Python functions, the very same objects for ours, Snorkel's and the bare loop."""

    def function(word):
        return lambda item: 1 if word in item.text else -1

    functions = [function(words[0]) for words in WORDS]
    lfs = [wl.LabelingFunction(f"row_{k}", f) for k, f in enumerate(functions)]
    frame = frame_of(comments(options.folder, 100_000))
    found = beside_snorkel(lfs, functions, frame, options)
    item = namedtuple("Item", list(frame.columns))

    def bare():
        rows = [
            item(*values) for values in zip(*(frame[name].tolist() for name in frame), strict=True)
        ]
        return [[function(row) for row in rows] for function in functions]

    seconds, _ = seconds_of(bare, options.repeats)
    return found | {"bare_seconds": seconds, "of_bare_loop": found["seconds"] / seconds}


def spacy(options):
    """Ten functions of a document; its pipeline only splits texts into tokens."""
    import spacy

    functions = [
        lambda item: 1 if len(item.doc) < 5 else -1,
        lambda item: 1 if any(token.like_url for token in item.doc) else -1,
        lambda item: 1 if any(token.like_num for token in item.doc) else -1,
        lambda item: 1 if any(token.like_email for token in item.doc) else -1,
        lambda item: 1 if item.doc[0].is_upper else -1,
        lambda item: 1 if item.doc[-1].is_punct else -1,
        lambda item: 1 if sum(token.is_stop for token in item.doc) > 5 else -1,
        lambda item: 1 if any(token.lower_ == "subscribe" for token in item.doc) else -1,
        lambda item: 1 if any(token.is_currency for token in item.doc) else -1,
        lambda item: 1 if len(item.doc) > 40 else -1,
    ]
    doc = wl.spacy_doc("en")
    lfs = [wl.LabelingFunction(f"doc_{k}", f, preprocessors=[doc]) for k, f in enumerate(functions)]
    frame = frame_of(comments(options.folder, options.documents))
    options.repeats = 1
    if importlib.util.find_spec("snorkel") is None:
        return beside_snorkel(lfs, functions, frame, options)
    from snorkel.preprocess.nlp import SpacyPreprocessor

    with tempfile.TemporaryDirectory() as folder:
        spacy.blank("en").to_disk(folder)
        theirs = SpacyPreprocessor("text", "doc", language=folder, memoize=True)
        return beside_snorkel(lfs, functions, frame, options, [theirs])


def edit(options):
    """Fifty functions with a cache, Python functions or keywords; then one gets another word."""

    def function(word):
        return lambda item: 1 if word in item.text else -1

    frame = frame_of(comments(options.folder, options.items))
    rows = [wl.LabelingFunction(f"row_{k}", function(words[0])) for k, words in enumerate(WORDS)]
    keywords = [wl.keyword_lf(words, "spam") for words in WORDS]
    found = {"items": len(frame), "lfs": len(rows)}
    new = wl.LabelingFunction("row_7", function("likes"))
    found |= edited(rows, new, frame, "")
    new = wl.keyword_lf([*WORDS[7], "thumb up"], "spam", keywords[7].name)
    return found | edited(keywords, new, frame, "keyword_")


def edited(lfs, new, frame, prefix):
    """Apply `lfs` with a cache, and again with `new` in place of the one of its name."""
    items = wl.as_items(frame)
    with tempfile.TemporaryDirectory() as folder:

        def run(functions):
            start = time.perf_counter()
            report = wl.apply_with_report(functions, items, SCHEMA, cache=folder, progress=False)
            return time.perf_counter() - start, report

        full, first = run(lfs)
        unchanged, _ = run(lfs)
        again, second = run([new if lf.name == new.name else lf for lf in lfs])
    assert second.recomputed == (new.name,), second.recomputed
    same = [lf.name != new.name for lf in lfs]
    assert (first.votes.codes[:, same] == second.votes.codes[:, same]).all()
    seconds = {"seconds": full, "unchanged_seconds": unchanged, "edited_seconds": again}
    return {prefix + key: value for key, value in (seconds | {"share": again / full}).items()}


def declared():
    """Return twenty declared functions: keywords, patterns, numbers and values."""
    lfs = [wl.keyword_lf(words, "spam") for words in WORDS[:10]]
    lfs += [wl.regex_lf(pattern, "spam", f"regex_{k}") for k, pattern in enumerate(PATTERNS[:6])]
    lfs += [
        wl.threshold_lf("likes", "ham", above=90),
        wl.expression_lf("likes > 10 and n_replies < 3", "ham"),
        wl.lookup_lf(["video 1", "video 3"], "spam", column="video"),
        wl.threshold_lf("n_replies", "spam", below=1),
    ]
    return lfs


def parquet(options):
    """Twenty declared functions on a Parquet file of many rows, votes into a folder."""
    sizes = {"small": options.items, "large": options.parquet_items}
    found = {"lfs": len(declared())}
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        for name, n_items in sizes.items():
            path = Path(folder) / f"{name}.parquet"
            write_comments(options.folder, path, n_items)
            gc.collect()
            out = Path(folder) / name
            case = in_fresh_process(
                "parquet_case", options, ["--path", str(path), "--out", str(out)]
            )
            found |= {f"{name}_{key}": value for key, value in case.items()}
            found[f"{name}_items"] = n_items
            shutil.rmtree(out)
    rates = {name: n_items / found[f"{name}_seconds"] for name, n_items in sizes.items()}
    return found | {
        "mib": found["large_mib"],
        "rows_per_second": rates["large"],
        "slower": rates["small"] / rates["large"],
    }


def write_comments(folder, path, n_items):
    """Write so many comments with two numbers and a value, a row group at a time."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    base, rng, size = comments(folder, 1953), np.random.default_rng(0), 131_072
    writer = None
    for start in range(0, n_items, size):
        n = min(size, n_items - start)
        numbers = range(start, start + n)
        table = pa.table(
            {
                "item_id": [f"c{i}" for i in numbers],
                "text": [f"{base[i % len(base)]} {i}" for i in numbers],
                "likes": rng.integers(0, 100, n),
                "n_replies": rng.integers(0, 9, n),
                "video": [f"video {i % 5}" for i in numbers],
            }
        )
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    writer.close()


def parquet_case(options):
    """One size, in a process of its own whose peak counts."""
    from weaklabel.apply import apply_to_folder

    few = [{"text": "a", "likes": 1, "n_replies": 1, "video": "video 1"}] * 1000
    wl.apply(declared(), few, SCHEMA, progress=False)  # so that what is imported is imported
    del few
    gc.collect()
    reset_peak()
    start = time.perf_counter()
    apply_to_folder(declared(), options.path, SCHEMA, options.out, progress=False)
    return {"seconds": time.perf_counter() - start, "mib": status_mib("VmHWM")}


def summary(options):
    """lf_summary with gold, each in a process of its own whose memory beyond the votes counts."""
    ours = in_fresh_process("summary_case", options, ["--who", "ours"])
    found = {"items": options.items, "lfs": 50, **ours}
    if importlib.util.find_spec("snorkel") is None:
        return found
    theirs = in_fresh_process("summary_case", options, ["--who", "snorkel"])
    return found | {
        "snorkel_seconds": theirs["seconds"],
        "snorkel_mib": theirs["mib"],
        "times": theirs["seconds"] / ours["seconds"],
    }


def summary_case(options):
    """The summary of one of the two."""
    import numpy as np
    import pandas  # noqa: F401 - so that its memory is not the task's

    from weaklabel.testing import synthetic_votes

    coverage = np.linspace(0.01, 0.4, 50)
    votes, gold = synthetic_votes(options.items, 50, coverage=coverage, one_class_share=0.8)[:2]
    if options.who == "ours":
        wl.lf_summary(wl.VoteMatrix.from_array(votes.codes[:100], SCHEMA), gold[:100])
        work = lambda: wl.lf_summary(votes, gold)  # noqa: E731 - it is timed
    else:
        from snorkel.labeling import LFAnalysis

        codes = np.ascontiguousarray(votes.codes)
        work = lambda: LFAnalysis(L=codes).lf_summary(Y=gold)  # noqa: E731 - it is timed
    gc.collect()
    before = status_mib("VmRSS")
    reset_peak()
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "mib": max(status_mib("VmHWM") - before, 0.0)}


def planner(options):
    """What one labeling function costs on 1,000 items, by kind; the bar is on the mean of a mix."""
    frame = frame_of(comments(options.folder, 1000)).assign(likes=range(1000), video="video 1")
    items = wl.as_items(frame)
    kinds = {
        "keyword": [wl.keyword_lf(words, "spam") for words in WORDS],
        "regex": [wl.regex_lf(p, "spam", f"regex_{k}") for k, p in enumerate(PATTERNS)],
        "threshold": [wl.threshold_lf("likes", "spam", above=n) for n in range(50)],
        "expression": [wl.expression_lf(f"likes > {n} and likes < 900", "spam") for n in range(50)],
        "lookup": [wl.lookup_lf([f"video {n}"], "spam", f"look_{n}", "video") for n in range(50)],
    }
    kinds["mix"] = [lf for lfs in kinds.values() for lf in lfs[:20]]
    found = {"items": 1000}
    for name, lfs in kinds.items():
        seconds, _ = seconds_of(lambda lfs=lfs: wl.apply(lfs, items, SCHEMA, progress=False), 20)
        found[f"ms_each_{name}"] = 1000 * seconds / len(lfs)
    seconds, _ = seconds_of(lambda: wl.plan(kinds["mix"], items), 20)
    return found | {"ms_plan": 1000 * seconds, "ms_each": found["ms_each_mix"]}


def reset_peak():
    """Forget the peak of memory so far, where the system can."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def status_mib(field):
    """Return VmRSS or VmHWM of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    return 0.0


PARTS = {
    "keyword": keyword,
    "regex": regex,
    "row": row,
    "spacy": spacy,
    "edit": edit,
    "parquet": parquet,
    "summary": summary,
    "planner": planner,
}
CASES = PARTS | {"parquet_case": parquet_case, "summary_case": summary_case}


def in_fresh_process(case, options, more=()):
    """Return what a case measured in a process of its own."""
    command = [sys.executable, __file__, "--case", case, "--repeats", str(options.repeats)]
    command += ["--items", str(options.items), "--parquet-items", str(options.parquet_items)]
    command += ["--documents", str(options.documents), *more]
    command += ["--full"] * options.full + (
        ["--scratch", options.scratch] if options.scratch else []
    )
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def show(part, found):
    """Print the figures of a part, and whether its bars are met."""
    print(f"\n{part}: {(PARTS[part].__doc__ or '').strip().splitlines()[0]}")
    for key, value in found.items():
        shown = value if isinstance(value, str) else format(round(value, 4), ",")
        bar = BARS[part].get(key)
        if bar is not None:
            met = value >= bar if key in AT_LEAST else value <= bar
            wanted = "at least" if key in AT_LEAST else "at most"
            shown += f"   ({wanted} {bar:g}: {'met' if met else 'MISSED'})"
        print(f"  {key:20} {shown}")
    scaled = found.get("snorkel_items", found.get("items")) != found.get("items")
    if scaled:
        print(f"  Snorkel ran on {found['snorkel_items']:,} items; its seconds are multiplied up.")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=PARTS, action="append", help="all by default")
    parser.add_argument("--full", action="store_true", help="give Snorkel all texts")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--items", type=int, default=1_000_000, help="of edit and summary")
    parser.add_argument("--parquet-items", type=int, default=10_000_000)
    parser.add_argument("--documents", type=int, default=100_000, help="items of spacy")
    parser.add_argument("--scratch", help="folder for the files of part parquet")
    for hidden in ("--case", "--path", "--out", "--who"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.folder = record.shared_folder()
    if options.case:
        warnings.simplefilter("ignore")
        print(json.dumps(CASES[options.case](options)))
        return
    line = {"repeats": options.repeats, "parts": {}}
    for part in options.part or PARTS:
        found = in_fresh_process(part, options)
        line["parts"][part] = {
            k: round(v, 4) if isinstance(v, float) else v for k, v in found.items()
        }
        show(part, found)
    record.append("apply", line)


if __name__ == "__main__":
    main()
