"""WorkerProcess: one process and its thread, from task to task."""

from functools import partial
from pathlib import Path
from queue import SimpleQueue

import pytest

from weaklabel.apply._clock import NOWHERE
from weaklabel.apply._worker import ColumnDone, PieceDone, Setup, SetupWrong
from weaklabel.apply._worker_process import Task, WorkerEnded, WorkerProcess
from weaklabel.lf import LabelingFunction
from weaklabel.lf._pickling import dump_functions


def stream(start, stop):
    import pyarrow as pa

    table = pa.table({"n": list(range(start, stop))})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return [f"i{n}" for n in range(start, stop)], sink.getvalue().to_pybytes()


@pytest.fixture
def worker(tmp_path):
    tasks = SimpleQueue()
    made = WorkerProcess(tasks, tmp_path / "clock", max_pieces=2, max_growth=1 << 40)
    yield made
    tasks.put(None)
    made.close()
    assert made.process is None


def task_of(function, *, is_dropped=lambda: False, key=0):
    setup = Setup(key, dump_functions([LabelingFunction("f", function)]), ("ham", "spam"), True)
    return Task(0, 3, [0], setup, stream, SimpleQueue(), is_dropped)


def test_a_task_is_answered_column_by_column(worker):
    task = task_of(lambda item: item.n % 2)
    worker.tasks.put(task)
    (_, column), (_, end) = task.events.get(timeout=60), task.events.get(timeout=60)
    assert isinstance(column, ColumnDone)
    assert column.votes.codes.tolist() == [0, 1, 0]
    assert isinstance(end, PieceDone)


def test_the_process_is_replaced_after_its_pieces(worker):
    for n_started in (1, 1, 2):
        task = task_of(lambda item: 0)
        worker.tasks.put(task)
        while not isinstance(task.events.get(timeout=60)[1], PieceDone):
            pass
        assert worker.n_started == n_started


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is not told")
def test_what_functions_hold_is_no_leak(tmp_path):
    tasks = SimpleQueue()
    worker = WorkerProcess(tasks, tmp_path / "clock", max_pieces=100, max_growth=20 << 20)
    large = partial(lambda item, held: 0, held=b"x" * (60 << 20))
    first, then = task_of(lambda item: 0), task_of(large, key=1)
    for task in (first, then, then):
        tasks.put(task)
        while not isinstance(task.events.get(timeout=60)[1], PieceDone):
            pass
    assert worker.n_started == 1
    tasks.put(None)
    worker.close()


def test_an_end_says_where_and_how(worker):
    def ends(item):
        import os

        if item.n == 2:
            os._exit(4)

    task = task_of(ends)
    worker.tasks.put(task)
    assert task.events.get(timeout=60)[1] == WorkerEnded(0, 2, False, "exit code 4")


def test_a_task_that_was_dropped_starts_nothing(worker):
    task = task_of(lambda item: 0, is_dropped=lambda: True)
    worker.tasks.put(task)
    ended = task.events.get(timeout=60)[1]
    assert (ended.step, worker.n_started) == (NOWHERE, 0)


def test_trouble_on_this_side_of_the_pipe_is_told(worker):
    task = task_of(lambda item: 0)
    task.encode = lambda start, stop: 1 // 0
    worker.tasks.put(task)
    assert task.events.get(timeout=60)[1] == SetupWrong(
        "ZeroDivisionError: integer division or modulo by zero"
    )
