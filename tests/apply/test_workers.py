"""WorkerPool: processes that stay as long as they are needed, and end with it."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from weaklabel.apply._pool_columns import columns_in_pool
from weaklabel.apply._rows import ItemRows
from weaklabel.apply._workers import WorkerPool
from weaklabel.core import LabelSchema, as_items
from weaklabel.errors import ParameterError
from weaklabel.lf import LabelingFunction

SCHEMA = LabelSchema(["ham", "spam"])
ITEMS = as_items([{"item_id": f"i{i}", "n": i} for i in range(50)])


def run(function, pool):
    lfs = [LabelingFunction(function.__name__, function)]
    return list(columns_in_pool(lfs, ItemRows(ITEMS, is_fatal=True), SCHEMA, pool))


def votes_even(item):
    return "spam" if item.n % 2 == 0 else None


@pytest.mark.slow
def test_processes_are_replaced_after_some_pieces_or_when_they_grow():
    def leaks(item, kept=[]):  # noqa: B006 - the leak is the test
        kept.append(bytearray(1 << 20))
        return 0

    for limits in ({"max_pieces": 1}, {"max_growth": 5 << 20}):
        with WorkerPool(1, **limits) as pool:
            for _ in range(2):
                assert len(run(leaks, pool)) == 1
            n_started = pool.workers[0].n_started
        assert n_started > 2 or (limits.get("max_growth") and not Path("/proc").exists())


def test_functions_are_sent_once_for_all_chunks():
    pool, lfs = WorkerPool(1), (LabelingFunction("even", votes_even),)
    one = pool.setup(lfs, SCHEMA, is_fatal=True)
    assert pool.setup(list(lfs), SCHEMA, is_fatal=True) is one
    assert pool.setup(lfs, SCHEMA, is_fatal=False) is not one
    pool.close()


def test_processes_stay_from_chunk_to_chunk():
    with WorkerPool(2) as made:
        for _ in range(3):
            run(votes_even, made)
        assert [worker.n_started for worker in made.workers] == [1, 1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0,), "n_jobs is 0, must be an integer of at least 1"),
        ((1, -1.0), r"timeout_seconds is -1.0, must be a number in \[0, inf\)"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ParameterError, match=message):
        WorkerPool(*arguments)


def test_minus_one_is_a_process_for_each_core():
    with WorkerPool(-1) as pool:
        assert pool.n_jobs >= 1


def test_all_processes_have_ended_after_the_pool_is_closed():
    with WorkerPool(2) as pool:
        run(votes_even, pool)
        processes = [w.process for w in pool.workers if w.process is not None]
        folder = Path(pool._folder.name)
    assert processes
    assert all(process.poll() is not None for process in processes)
    assert not folder.exists()


INTERRUPTED = """
import sys, time
import weaklabel as wl
from weaklabel.apply._rows import ItemRows
from weaklabel.apply._pool_columns import columns_in_pool
from weaklabel.apply._workers import WorkerPool

@wl.labeling_function()
def hangs(item):
    import os, re
    print(os.getpid(), file=sys.stderr, flush=True)
    re.match(r"(a+)+b", "a" * 80)

items = wl.as_items(["a"] * 40)
schema = wl.LabelSchema(["ham", "spam"])
try:
    with WorkerPool(2) as pool:
        list(columns_in_pool([hangs], ItemRows(items, is_fatal=True), schema, pool))
except KeyboardInterrupt:
    print("interrupted", file=sys.stderr, flush=True)
"""


def _wait_for_end(pids):
    deadline = threading.Event()
    for _ in range(600):
        alive = [pid for pid in pids if _is_alive(pid)]
        if not alive:
            return []
        deadline.wait(0.05)
    return alive


def _is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
@pytest.mark.parametrize("signal_name", ["SIGINT", "SIGKILL"])
def test_no_worker_outlives_an_interrupted_or_killed_parent(signal_name, tmp_path):
    script = tmp_path / "script.py"  # without a guard around the main part, as many are
    script.write_text(INTERRUPTED, encoding="utf-8")
    parent = subprocess.Popen([sys.executable, str(script)], stderr=subprocess.PIPE, text=True)
    pids = [int(parent.stderr.readline()) for _ in range(2)]  # both are in the middle of it
    assert all(_is_alive(pid) for pid in pids)
    parent.send_signal(getattr(signal, signal_name))
    said = parent.stderr.read()
    parent.wait()
    parent.stderr.close()
    assert _wait_for_end(pids) == []
    assert said == ("interrupted\n" if signal_name == "SIGINT" else "")
