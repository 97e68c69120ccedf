"""`weaklabel review`: a page that is served, answers that are stored, and what is said at the end."""

import http.cookiejar
import json
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from weaklabel.project import Project


class Served:
    """A review in a process of its own, and a browser's cookies."""

    def __init__(self, folder, *options):
        command = [sys.executable, "-m", "weaklabel.cli", "review", "-p", str(folder)]
        self.process = subprocess.Popen(
            [*command, "--port", "0", "--no-browser", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.words = self.process.stdout.readline().strip()
        self.url = self.process.stdout.readline().strip()
        self.base = self.url.split("/?")[0].rstrip("/")
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.open = urllib.request.build_opener(jar).open

    def post(self, path, body):
        headers = {"Content-Type": "application/json", "Origin": self.base}
        request = urllib.request.Request(  # noqa: S310 - our own server
            self.base + path, json.dumps(body).encode(), headers
        )
        with self.open(request) as response:
            return json.load(response)

    def message(self, do, **fields):
        return self.post("/api/message", {"do": do, **fields})

    def stop(self):
        """Press Ctrl-C, and return exit status, output and messages."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


@pytest.fixture
def serve(done):
    """Return a function that serves the project."""
    served = []

    def start(*options):
        served.append(Served(done, *options))
        return served[-1]

    yield start
    for one in served:
        one.process.kill()
        one.process.communicate()


def test_a_review_in_the_browser_stores_answers_and_says_what_is_next(serve, done):
    review = serve("--reviewer", "ann")
    assert review.words == "Review of copy: 10 items, for ann. Ctrl-C ends it."
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{43}", review.url)
    with review.open(review.url) as page:
        assert "data-weaklabel-review" in page.read().decode()
    item = review.message("open")["screen"]["item"]
    answered = review.message("answer", label="spam", key="k" * 8, item_id=item["item_id"])
    assert answered["did"]["item_ids"] == [item["item_id"]]
    assert review.message("skip", key="l" * 8)["ok"]
    assert review.message("flag", on=True, key="m" * 8)["ok"]
    status, out, err = review.stop()
    assert (status, err) == (0, "")
    assert out == f"\nStopped. 2 answers are stored; take them in with: weaklabel run -p {done}\n"
    log = Project(done).workspace.log()
    first = log.standing[0]
    assert (first.item_id, first.label, first.reviewer) == (item["item_id"], "spam", "ann")


def test_without_a_cookie_nothing_is_shown_and_without_an_answer_that_is_said(serve, done):
    review = serve()
    with pytest.raises(urllib.error.HTTPError) as refused:
        review.message("open")
    assert refused.value.code == 401
    refused.value.close()
    status, out, _ = review.stop()
    assert status == 0
    assert "No answer was stored; go on with: weaklabel review -p" in out


def test_what_is_missing_or_out_of_date_is_said_and_the_review_goes_on(serve, done):
    lfs = done / "lfs.py"
    lfs.write_text(lfs.read_text(encoding="utf-8").replace('"love", ', ""), encoding="utf-8")
    review = serve("-r", "ann")
    line = review.process.stderr.readline()
    assert line.startswith("The review set is out of date: labeling function praise changed.")
    with review.open(review.url):
        assert review.message("open")["ok"]


def ask_until_refused(review):
    """Ask again and again: who may sign in is read anew every second."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        review.message("open")


@pytest.mark.slow
def test_a_team_signs_in_by_tokens_that_are_printed_once(serve, cli, done):
    status, out, _ = cli("reviewers", "add", "ann", "--role", "lead", "-p", done)
    assert status == 0
    token = re.search(r"^    ([\w-]{43})$", out, re.MULTILINE).group(1)
    review = serve("--team")
    assert review.words == "Review of copy: 10 items, for a team. Ctrl-C ends it."
    assert "token" not in review.url
    with pytest.raises(urllib.error.HTTPError) as refused:
        review.post("/login", {"token": "x" * 43})
    assert refused.value.code == 401
    refused.value.close()
    assert review.post("/login", {"token": token})["reviewer"] == "ann"
    screen = review.message("open")
    assert screen["setup"]["team"] is True
    item = screen["screen"]["item"]
    assert review.message("answer", label="ham", key="k" * 8, item_id=item["item_id"])["ok"]
    with review.open(review.base + "/api/dashboard") as figures:
        assert json.load(figures)["ok"]
    assert cli("reviewers", "revoke", "ann", "-p", done)[0] == 0
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask_until_refused(review)
    assert refused.value.code == 401
    refused.value.close()
    status, out, _ = review.stop()
    assert status == 0
    assert "1 answer is stored; take them in with" in out
    assert [d.reviewer for d in Project(done).workspace.log()] == ["ann"]


@pytest.mark.slow
def test_a_team_without_people_is_told_how_to_add_them(serve, done):
    review = serve("--team")
    assert "Add people: weaklabel reviewers add NAME -p" in review.process.stderr.readline()


def test_the_demo_leaves_a_project_that_can_be_reviewed(cli, tmp_path, small_project):
    root = tmp_path / "demo"
    data = small_project / "comments.csv"
    status, out, err = cli("demo", "--folder", root, "--data", data, "-q")
    assert status == 0, err
    assert out.splitlines()[-1].endswith(f"Review its next items: weaklabel review -p {root}")
    assert (root / ".weaklabel" / "review_items.parquet").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--host", "0.0.0.0"], "lets others reach the review, which needs --team"),  # noqa: S104
        (["--host", "0.0.0.0", "--team"], "needs the name that reviewers type: --public-host"),  # noqa: S104
        (
            ["--host", "0.0.0.0", "--team", "--public-host", "review.example.org"],  # noqa: S104
            "needs TLS, or everyone on the way can read and change texts, answers and tokens",
        ),
        (["--public-host", "review.example.org"], "--public-host goes with --team"),
        (["--team", "--reviewer", "ann"], "--reviewer does not go with --team"),
        (["--tls-key", "{toml}"], "--tls-key goes with --tls-cert"),
        (["--tls-cert", "{toml}", "-r", "ann"], "cannot use the certificate"),
        (["--reviewer", " "], "--reviewer is empty, must be a name"),
        (["--port", "70000", "-r", "ann"], "port is 70000, must be an integer in [0, 65535]"),
        (["--host", "no such host"], "host is 'no such host', must be a name or an address"),
        (["--store", "mysql://ann:secret@host/db", "-r", "ann"], "must be a path, or postgresql"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_use(cli, done, options, words):
    given = [str(o).format(toml=done / "weaklabel.toml") for o in options]
    status, out, err = cli("review", "-p", done, "--no-browser", *given)
    assert (status, out) == (2, "")
    assert words in err
    assert "secret@" not in err


def test_without_a_review_set_it_is_said_what_to_run(cli, small_project):
    status, _, err = cli("review", "-p", small_project)
    assert status == 2
    assert f"there is no review set in {small_project} yet. Run: weaklabel run -p" in err


def test_a_review_set_of_an_older_version_is_said(cli, done):
    (done / ".weaklabel" / "review_items.parquet").unlink()
    status, _, err = cli("review", "-p", done)
    assert status == 2
    assert "lacks review_items.parquet: an older version of weaklabel made it" in err


def test_when_every_item_is_answered_there_is_nothing_to_review(cli, done):
    queue = done / "answers.csv"
    rows = [f"c{i:03d},ham\n" for i in range(60)]
    queue.write_text("item_id,answer\n" + "".join(rows), encoding="utf-8")
    assert cli("decide", queue, "-r", "ann", "-p", done)[0] == 0
    assert cli("run", "-q", "-p", done)[0] == 0
    status, _, err = cli("review", "-p", done)
    assert status == 2
    assert "the review set of copy is empty: every item is answered" in err


def test_a_store_that_is_no_log_is_one_message(cli, done):
    (done / "review").mkdir(exist_ok=True)
    (done / "review" / "decisions.sqlite").write_text("nothing")
    status, _, err = cli("review", "-p", done, "-r", "ann", "--no-browser")
    assert status == 1
    assert "decisions.sqlite" in err
    assert "Traceback" not in err


def test_a_system_without_a_login_name_wants_one(cli, done, monkeypatch):
    def nobody():
        raise OSError("no user")

    monkeypatch.setattr("getpass.getuser", nobody)
    status, _, err = cli("review", "-p", done, "--no-browser")
    assert status == 2
    assert "Say it: weaklabel review --reviewer NAME" in err


def test_a_missing_library_names_its_extra(done):
    code = (
        "import sys; from importlib import util; find = util.find_spec\n"
        "util.find_spec = lambda name, *a: None if name == 'uvicorn' else find(name, *a)\n"
        f"from weaklabel.cli import main; sys.exit(main(['review', '-p', {str(done)!r}]))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.returncode == 1
    assert "pip install 'weaklabel[review]'" in found.stderr
    assert "Traceback" not in found.stderr
