"""The review as a person feels it: server, browser, first page, widget, and a team over HTTP.

    python benchmarks/review_screen.py [--part server|screen|start|widget|team|all] [--items 100000]
                                       [--store sqlite|postgresql|both] [--seconds 120]

server  one reviewer answers 2,000 items of a queue of 100,000 over HTTP; milliseconds of a reply.
screen  Chromium presses a key for each of 300 items: milliseconds until the next item is in the
        page (`key`), until it is painted (`painted`), and of the script alone (`script`).
start   `weaklabel review` on a project of a million short texts: seconds from the command until
        the address is printed, and until the first page shows its item in Chromium.
widget  bytes that a notebook gets when the widget is shown.
team    50 reviewers over HTTP, 2 answers a second each, in five processes beside the server's: ms of
        a reply; answers that were acknowledged and are not in the log (lost), keys that are there
        twice (doubled), items with more answers than they owe (over). The last three must be 0.

Servers and clients share the machine. One JSON line for each part is appended to
results/review_screen.jsonl.
"""

import argparse
import http.client
import itertools
import json
import multiprocessing
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import record
import review_load

from weaklabel.review import DecisionStore
from weaklabel.review.desk._desk import ReviewDesk
from weaklabel.review.team import Reviewers, TeamDesk, TeamSettings
from weaklabel.review.web import create_app, serve, start_token

SECRET = bytes(range(32))
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
#: Presses a key, and says when the next item was there, and painted.
PRESS = """key => new Promise(done => {
  const place = () => document.querySelector('.wl-place')?.textContent;
  const before = place(), start = performance.now();
  document.body.dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  const script = performance.now() - start;
  const look = () => {
    if (place() === before) return setTimeout(look, 0);
    const there = performance.now() - start;
    requestAnimationFrame(() => setTimeout(
      () => done([script, there, performance.now() - start]), 0));
  };
  look();
})"""


def percentiles(name, seconds):
    """Return median, 99th percentile and maximum in milliseconds."""
    some = 1000 * np.array(seconds)
    at = {"p50": 50, "p99": 99, "max": 100}
    return {f"{name}_{k}_ms": round(float(np.percentile(some, p)), 2) for k, p in at.items()}


# The server, in a process of its own


def serve_desk(kind, location, n_items):
    """Serve a desk until the process is ended; the first line printed is the address."""
    source, store = review_load.source(n_items), DecisionStore(location)
    if kind == "team":
        gold = {f"item {n:07}": "ham" for n in range(5, 2000, 10)}
        desk = TeamDesk(source, store, TeamSettings(overlap=0.1, gold=gold, gold_rate=0.05))
        app = create_app(desk, secret=SECRET)
    else:
        desk = ReviewDesk(source, store, reviewer="ann")
        app = create_app(desk, secret=SECRET, start_token=start_token(SECRET), reviewer="ann")
    serve(app, port=0, ready=lambda url: print(url, flush=True))


@contextmanager
def server(kind, location, n_items):
    """Run a server, and yield its address."""
    command = [sys.executable, __file__, "--serve", kind, str(location), "--items", str(n_items)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


class Client:
    """One browser's worth of HTTP: a connection that is kept, and a cookie."""

    def __init__(self, url, token=None):
        self.at = urlsplit(url)
        self.origin = f"{self.at.scheme}://{self.at.netloc}"
        self.connection = http.client.HTTPConnection(self.at.hostname, self.at.port, timeout=60)
        self.headers = {"Content-Type": "application/json", "Origin": self.origin}
        if token is None:
            self.connection.request("GET", f"/?{self.at.query}")
        else:
            self.connection.request("POST", "/login", json.dumps({"token": token}), self.headers)
        answer = self.connection.getresponse()
        answer.read()
        self.headers["Cookie"] = answer.getheader("Set-Cookie", "").partition(";")[0]

    def send(self, message):
        """Return (reply, seconds)."""
        start = time.perf_counter()
        self.connection.request("POST", "/api/message", json.dumps(message), self.headers)
        reply = json.loads(self.connection.getresponse().read())
        return reply, time.perf_counter() - start


def part_server(options):
    """Answer one item after the other."""
    with (
        tempfile.TemporaryDirectory() as folder,
        server("solo", f"{folder}/log.sqlite", options.items) as url,
    ):
        client, times = Client(url), []
        screen = client.send({"do": "open"})[0]["screen"]
        for n in range(2_000):
            message = {"do": "answer", "label": "ham", "key": f"key-{n:08}", "seconds": 1.0}
            message["item_id"] = screen["item"]["item_id"]
            reply, seconds = client.send(message)
            times.append(seconds)
            screen = reply["screen"]
    return percentiles("reply", times)


# The browser


@contextmanager
def browser_page():
    """Yield a page of Chromium."""
    from playwright.sync_api import sync_playwright

    executable = next(filter(None, map(shutil.which, CHROMIUM)))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield chromium.new_page(viewport={"width": 1280, "height": 800})
        chromium.close()


def part_screen(options):
    """Press keys as fast as items come."""
    with (
        tempfile.TemporaryDirectory() as folder,
        server("solo", f"{folder}/log.sqlite", options.items) as url,
        browser_page() as page,
    ):
        page.goto(url)
        page.wait_for_selector(".wl-place")
        found = []
        for n in range(300):
            found.append(page.evaluate(PRESS, "12"[n % 2]))
            page.wait_for_timeout(150)  # a very fast reviewer
        page.wait_for_selector(".weaklabel-review[data-pending='0']:has(.wl-saved)")
        stored = len(DecisionStore(f"{folder}/log.sqlite").log())
    script, there, painted = np.array(found).T / 1000
    return {
        **percentiles("script", script),
        **percentiles("key", there),
        **percentiles("painted", painted),
        "answers": stored,
    }


def part_start(options):
    """Start the command on a project of a million texts."""
    with tempfile.TemporaryDirectory() as folder, browser_page() as page:
        root = Path(folder) / "project"
        make_project(root, options.texts, 1_000)
        found = []
        for _ in range(3):
            start = time.perf_counter()
            command = [
                sys.executable,
                "-m",
                "weaklabel.cli",
                "review",
                "-p",
                str(root),
                "--port",
                "0",
            ]
            process = subprocess.Popen(
                [*command, "--no-browser", "--reviewer", "ann"], stdout=subprocess.PIPE, text=True
            )
            lines = iter(process.stdout.readline, "")
            url = next(seen for line in lines if (seen := re.search(r"http://\S+", line)))[0]
            up = time.perf_counter() - start
            start = time.perf_counter()
            page.goto(url)
            page.wait_for_selector(".wl-place")
            found.append((up, time.perf_counter() - start))
            process.terminate()
            process.wait()
    up, first = np.array(found).T.round(2).tolist()
    return {"items": options.texts, "seconds_to_address": up, "seconds_to_first_item": first}


def make_project(root, n_items, n_queued):
    """Make a project whose run is done, of texts of eight words."""
    from weaklabel.project import Project

    rng = np.random.default_rng(0)
    words = [f"{part}{n}" for part in ("free", "song", "video") for n in range(5)]
    root.mkdir()
    texts = (" ".join(row) for row in np.array(words)[rng.integers(0, len(words), (n_items, 8))])
    with (root / "comments.csv").open("w", encoding="utf-8") as file:
        file.write("id,text\n")
        file.writelines(f"c{n:07},{text}\n" for n, text in enumerate(texts))
    lfs = [
        f"{w} = wl.keyword_lf([{w!r}], {'spam' if n < 3 else 'ham'!r}, name={w!r})"
        for n, w in enumerate(words[:6])
    ]
    (root / "lfs.py").write_text("\n".join(["import weaklabel as wl", *lfs]), encoding="utf-8")
    (root / "weaklabel.toml").write_text(
        '[data]\nfiles = ["comments.csv"]\nid_column = "id"\ntext_column = "text"\n'
        '[labels]\nclasses = ["ham", "spam"]\n[labeling_functions]\nfiles = ["lfs.py"]\n'
        f"[refine]\nmax_trained = 20000\n[review]\nbudget = {n_queued}\n",
        encoding="utf-8",
    )
    Project(root, progress=False).run("triage")


def part_widget(_options):
    """Count what the widget's first message holds."""
    from importlib.resources import files

    from weaklabel.review.widget import review_widget

    static = files("weaklabel.review").joinpath("static")
    with tempfile.TemporaryDirectory() as folder:
        source = review_load.source(1_000)
        store = DecisionStore(f"{folder}/log.sqlite")
        items = [{"item_id": i, "text": 40 * "words of a longer text "} for i in source.ids]
        widget = review_widget(source.queue, items, store=store, reviewer="ann")
        state = {k: v for k, v in widget.get_state().items() if isinstance(v, (str, dict, list))}
        size = len(json.dumps(state).encode("utf-8"))
        store.close()
    script = len(static.joinpath("review.js").read_bytes())
    style = len(static.joinpath("review.css").read_bytes())
    return {"state_bytes": size, "script_bytes": script, "style_bytes": style}


# A team


def one_process(url, people, rate, seconds, begin, results):
    """Let a few reviewers answer, a thread each, and put (times, keys, errors) into `results`."""
    times, keys, errors = [], [], Counter()

    def review(n, token):
        rng, client = np.random.default_rng(n), Client(url, token)
        due = begin + rng.random() / rate
        screen = client.send({"do": "open"})[0]["screen"]
        for i in itertools.count():
            if due > begin + seconds or screen["item"] is None:
                return
            time.sleep(max(due - time.time(), 0.0))
            key = f"{n:03}-{i:08}"
            message = {"do": "answer", "label": ["ham", "spam"][rng.integers(2)], "key": key}
            message |= {"item_id": screen["item"]["item_id"], "seconds": 0.5}
            if rng.random() < 0.02:
                message = {"do": "undo", "key": key}
            reply, taken = client.send(message)
            times.append(taken)
            if reply["ok"]:
                keys.append(key)
                screen = reply["screen"]
            else:
                errors[reply["error"]["message"]] += 1
            due += 1 / rate

    threads = [threading.Thread(target=review, args=person) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put((times, keys, dict(errors)))


def team_figures(location, options):
    """Return what one store gave."""
    store = DecisionStore(location)
    reviewers = Reviewers(store)
    people = [(n, reviewers.add(f"reviewer {n:02}")) for n in range(50)]
    results = multiprocessing.Queue()
    with server("team", location, options.items) as url:
        begin = time.time() + 15.0
        clients = [
            multiprocessing.Process(
                target=one_process, args=(url, people[k::5], 2.0, options.seconds, begin, results)
            )
            for k in range(5)
        ]
        for client in clients:
            client.start()
        found = [results.get() for _ in clients]
        for client in clients:
            client.join()
    times, keys, errors = (list(itertools.chain(*part)) for part in zip(*found, strict=True))
    log = store.log()
    store.verify()
    store.close()
    return {
        **percentiles("reply", times),
        "replies": len(times),
        "per_second": round(len(times) / options.seconds, 1),
        "errors": errors,
        **review_load.checked(log, keys, TeamSettings(overlap=0.1)),
    }


def part_team(options):
    """Measure both stores."""
    found = {}
    if options.store in ("sqlite", "both"):
        with tempfile.TemporaryDirectory() as folder:
            found["sqlite"] = team_figures(f"{folder}/log.sqlite", options)
    if options.store in ("postgresql", "both"):
        found["postgresql"] = review_load.with_server(lambda url: team_figures(url, options))
    return found


PARTS = {
    "server": part_server,
    "screen": part_screen,
    "start": part_start,
    "widget": part_widget,
    "team": part_team,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=[*PARTS, "all"], default="all")
    parser.add_argument("--items", type=int, default=100_000, help="of the queue")
    parser.add_argument("--texts", type=int, default=1_000_000, help="of the project that starts")
    parser.add_argument("--seconds", type=float, default=120.0, help="of the team")
    parser.add_argument("--store", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve_desk(*options.serve, options.items)
        return
    for name, part in PARTS.items():
        if options.part in (name, "all"):
            found = part(options)
            print(name, json.dumps(found), flush=True)
            record.append("review_screen", {"part": name, "queue": options.items, **found})


if __name__ == "__main__":
    main()
