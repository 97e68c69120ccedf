"""How long a team's desk takes to answer under load, and whether anything is lost or given twice.

    python benchmarks/review_load.py [--reviewers 50] [--rate 2] [--seconds 120] [--items 100000]
                                     [--desks 1] [--store sqlite|postgresql|both]

Each reviewer is a thread that sends an answer every 1 / rate seconds to a `TeamDesk`, all of them on
one queue and one store, spread over one or more desks (as over several servers). What is measured is
the time that `TeamDesk.reply` takes, without HTTP: in milliseconds the median, the 99th and 99.9th
percentile and the maximum, of answers that come in at the given rate. A tenth of the items gets two
answers, one item in twenty is a gold check, one answer in fifty is undone.

Afterwards the log is read: answers that were acknowledged and are not there (lost), keys that are
there twice (doubled), items with more answers than they owe (over), and, once a second during the
run, items that more reviewers hold than it owes answers (doubly leased). All must be 0.

PostgreSQL is started in a folder of its own, as for the tests, and flushes to the disk at each commit.

One JSON line for each store is appended to results/review_load.jsonl.
"""

import argparse
import importlib.util
import itertools
import random
import shutil
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
import record
import sqlalchemy as sa

from weaklabel.core import LabelSchema, ReviewQueue
from weaklabel.review import DecisionStore
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.team import Reviewers, TeamDesk, TeamSettings

SCHEMA = LabelSchema(["ham", "spam"])
#: Who has which item on the screen or next, and has not answered it.
HELD = """SELECT l.item_id FROM weaklabel_leases l WHERE l.expires_at > :now
    AND l.kind <> 'adjudication' AND NOT EXISTS (
        SELECT 1 FROM weaklabel_decisions d
        WHERE d.item_id = l.item_id AND d.reviewer = l.reviewer)"""


def source(n_items):
    """Return a queue of short texts; every tenth item is of the blind stratum "random"."""
    ids = [f"item {n:07}" for n in range(n_items)]
    strata = ["random" if n % 10 == 0 else "error" for n in range(n_items)]
    posterior = np.tile([0.4, 0.6], (n_items, 1))
    why = n_items * [["the labeling functions disagree"]]
    queue = ReviewQueue(ids, strata, np.zeros(n_items), why, posterior, SCHEMA)
    texts = [{"item_id": i, "text": f"{i}: {200 * 'word '}"} for i in ids]
    return SessionSource.of_arguments(queue, texts, None, blind=["random"])


class Load:
    """Reviewers that answer at a steady rate, and what came of it."""

    def __init__(self, desks, names, rate, seconds):
        self.desks, self.names, self.rate, self.seconds = desks, names, rate, seconds
        self.times, self.acknowledged, self.errors = [], [], Counter()
        self.opened = []
        self.late = 0.0

    def run(self):
        """Let everybody review until the time is over."""
        begin = time.monotonic() + 5.0
        threads = [
            threading.Thread(target=self._review, args=(n, name, begin))
            for n, name in enumerate(self.names)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _review(self, n, name, begin):
        desk, rng = self.desks[n % len(self.desks)], random.Random(n)  # noqa: S311 # no secrets
        step, keys = 1 / self.rate, (f"{n:03}-{i:08}" for i in itertools.count())
        start = time.monotonic()
        screen = desk.reply(name, {"do": "open"})["screen"]
        self.opened.append(time.monotonic() - start)
        due = begin + step * rng.random()
        while due < begin + self.seconds and screen["item"] is not None:
            time.sleep(max(due - time.monotonic(), 0.0))
            message = {"do": "answer", "label": rng.choice(SCHEMA.classes), "key": next(keys)}
            message["item_id"] = screen["item"]["item_id"]
            if rng.random() < 0.02:
                message = {"do": "undo", "key": message["key"]}
            start = time.monotonic()
            reply = desk.reply(name, message)
            taken = time.monotonic() - start
            self.late = max(self.late, start - due)
            if reply["ok"]:
                self.times.append(taken)
                self.acknowledged.append(message["key"])
                screen = reply["screen"]
            else:
                self.errors[reply["error"]["message"]] += 1
            due += step


def watch(store, stop, found, settings):
    """Count once a second the items that more hold than they owe answers in all."""
    while not stop.wait(1.0):
        with store.transaction(writing=False) as connection:
            if connection is not None:
                rows = connection.execute(sa.text(HELD), {"now": time.time()})
                found.append(doubly_held([row.item_id for row in rows], settings))


def doubly_held(item_ids, settings):
    """Return how many items occur more often than they are to be answered."""
    return sum(n > settings.rule_of(i)[1] for i, n in Counter(item_ids).items())


def figures(location, options, items):
    """Return what one store gave."""
    settings = TeamSettings(
        overlap=0.1, gold={f"item {n:07}": "ham" for n in range(5, 2000, 10)}, gold_rate=0.05
    )
    stores = [DecisionStore(location) for _ in range(options.desks)]
    people, names = Reviewers(stores[0]), [f"reviewer {n:02}" for n in range(options.reviewers)]
    for n, name in enumerate(names):
        people.add(name, "expert" if n % 10 == 0 else "reviewer")
    start = time.monotonic()
    desks = [TeamDesk(items, store, settings) for store in stores]
    seconds_to_start = (time.monotonic() - start) / len(desks)
    load, doubly, stop = Load(desks, names, options.rate, options.seconds), [], threading.Event()
    watching = DecisionStore(location)
    watcher = threading.Thread(target=watch, args=(watching, stop, doubly, settings))
    watcher.start()
    load.run()
    stop.set()
    watcher.join()
    found = {
        "desks": options.desks,
        "seconds_to_start": round(seconds_to_start, 2),
        **milliseconds("open", load.opened),
        **milliseconds("reply", load.times),
        "replies": len(load.times),
        "per_second": round(len(load.times) / options.seconds, 1),
        "latest_start_ms": round(1000 * load.late, 1),
        "errors": dict(load.errors),
        **checked(watching.log(), load.acknowledged, settings),
        "lease_looks": len(doubly),
        "doubly_leased": max(doubly, default=0),
    }
    for store in (*stores, watching):
        store.close()
    return found


def milliseconds(name, times):
    """Return median, percentiles and maximum of times in milliseconds."""
    some = 1000 * np.array(times or [0.0])
    at = {"p50": 50, "p99": 99, "p999": 99.9, "max": 100}
    return {f"{name}_{key}_ms": round(float(np.percentile(some, p)), 1) for key, p in at.items()}


def checked(log, acknowledged, settings):
    """Return what is wrong with a log: all must be 0."""
    keys = Counter(d.key for d in log)
    answers = Counter(
        d.item_id for d in log.standing if d.label and not d.gold and d.stratum != "adjudication"
    )
    over = [i for i, n in answers.items() if n > settings.rule_of(i)[1]]
    again = [
        pair
        for pair, n in Counter((d.reviewer, d.item_id) for d in log.standing if d.gold).items()
        if n > 1
    ]
    return {
        "lost": sum(key not in keys for key in acknowledged),
        "doubled": sum(n > 1 for n in keys.values()),
        "over": len(over) + len(again),
        "gold_share": round(sum(d.gold for d in log.standing) / max(len(log.standing), 1), 3),
    }


def in_file(options, items):
    """Return the figures of SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        return figures(f"{folder}/decisions.sqlite", options, items)


def on_server(options, items):
    """Return the figures of PostgreSQL; None where there is none to run."""
    return with_server(lambda url: figures(url, options, items))


def with_server(measure):
    """Return what `measure` gives of an empty place for tables; None without PostgreSQL."""
    conftest = _tests()
    programs = conftest.binaries()
    if programs is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="wlpg"))
    try:
        server = conftest.Cluster(folder, programs)
        # Not as the tests start it, which do without flushing.
        how = f"-c listen_addresses='' -k {folder}"
        server._run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", how, "start")
        try:
            return measure(server.new_schema())
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tests():
    path = record.REPOSITORY / "tests" / "review" / "conftest.py"
    spec = importlib.util.spec_from_file_location("review_conftest", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reviewers", type=int, default=50)
    parser.add_argument("--rate", type=float, default=2.0, help="answers a second of each")
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--desks", type=int, default=1, help="as if on so many servers")
    parser.add_argument("--store", choices=["sqlite", "postgresql", "both"], default="both")
    options = parser.parse_args()
    items = source(options.items)
    for name, run in (("sqlite", in_file), ("postgresql", on_server)):
        if options.store in (name, "both"):
            found = run(options, items)
            print(name, found or "is not here")
            if found:
                asked = {k: v for k, v in vars(options).items() if k not in ("store", "desks")}
                record.append("review_load", {"store": name, **asked, **found})


if __name__ == "__main__":
    main()
