"""Serves one review, each time in a process of its own that may be killed: ``review_server.py place n``.

Says ``READY`` when everything is imported; for each line ``start PORT`` it then forks a server and says
``PID …`` and ``URL …``. The children die as a machine does that loses power: by SIGKILL, at any moment.
"""

import os
import signal
import sys

import numpy as np

from weaklabel.core import LabelSchema, ReviewQueue
from weaklabel.review import DecisionStore
from weaklabel.review.desk._desk import ReviewDesk
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.web import create_app, serve

TOKEN = "the-token-of-the-link"  # noqa: S105 # of a test
#: Seconds that the store waits for a lock, or for a server that is away.
PATIENCE = 2.0


def source(n_items):
    """Return a queue of that many texts."""
    ids = [f"i{n:04}" for n in range(n_items)]
    schema = LabelSchema(["ham", "spam"])
    posterior = np.tile([0.3, 0.7], (n_items, 1))
    queue = ReviewQueue(
        ids, ["error"] * n_items, range(n_items), [["why"]] * n_items, posterior, schema
    )
    return SessionSource.of_arguments(queue, [{"item_id": i, "text": i} for i in ids], None)


def tell(*words):
    """Write a line to whoever started this."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def run(place, n_items, port):
    """Serve until killed."""
    store = DecisionStore(place, timeout_seconds=PATIENCE)
    desk = ReviewDesk(source(n_items), store, reviewer="ann", title="Crashes")
    app = create_app(desk, secret=b"s" * 32, start_token=TOKEN, reviewer="ann")
    serve(app, port=port, ready=lambda url: tell("URL", url))


def main(place, n_items):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children
    tell("READY")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            sys.stdin.close()
            run(place, int(n_items), int(line.split()[1]))
            os._exit(0)
        tell("PID", child)


if __name__ == "__main__":
    main(*sys.argv[1:])
