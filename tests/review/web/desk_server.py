"""A server in a process of its own: ``python desk_server.py desk folder port options``.

Says ``URL …`` when it answers, ``SAID …`` what it is told to say, and ``STOPPED`` at the end.
"""

import json
import sys
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from weaklabel.core import LabelSchema, ReviewQueue
from weaklabel.review import DecisionStore
from weaklabel.review.desk._desk import ReviewDesk
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.web import create_app, load_secret, serve, start_token


class WaitingDesk:
    """Begins a reply, and ends it when a file appears; its reviewers are a team."""

    title, is_team = "Waiting", True

    def __init__(self, folder):
        self._folder = folder

    def reply(self, reviewer, message):
        if message == {"do": "wait"}:
            (self._folder / "begun").touch()
            while not (self._folder / "go").exists():
                time.sleep(0.01)
            (self._folder / "done").touch()
        return {"ok": True, "reviewer": reviewer}

    def login(self, token):
        return self.known("ann") if token == "token of " + "ann" else None

    def known(self, name):
        return SimpleNamespace(name=name, role="reviewer", fingerprint="1")


def review_desk(folder):
    """Return the desk of a queue of six comments, its log in the folder."""
    schema = LabelSchema(["ham", "spam"])
    ids = list("abcdef")
    posterior = np.tile([0.3, 0.7], (6, 1))
    queue = ReviewQueue(ids, ["error"] * 6, range(6), [["why"]] * 6, posterior, schema)
    items = [{"item_id": i, "text": f"text of {i}"} for i in ids]
    source = SessionSource.of_arguments(queue, items, None)
    return ReviewDesk(source, DecisionStore(folder / "log.sqlite"), reviewer="ann", title="Mail")


def tell(*words):
    """Write a line to whoever started this."""
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def main(kind, folder, port, options):
    place = Path(folder)
    secret = load_secret(place / "secret")
    if kind == "waiting":
        app = create_app(WaitingDesk(place), secret=secret)
    else:
        who = {"start_token": start_token(secret), "reviewer": "ann"}
        app = create_app(review_desk(place), secret=secret, **who)
    serve(
        app,
        port=int(port),
        ready=partial(tell, "URL"),
        say=partial(tell, "SAID"),
        **json.loads(options),
    )
    tell("STOPPED")


if __name__ == "__main__":
    main(*sys.argv[1:])
