"""WorkerPool: the votes of one process from several, which may hang, crash and leak."""

import ctypes
import enum
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.apply._columns import columns_of
from weaklabel.apply._rows import ItemRows
from weaklabel.apply._workers import WorkerPool, columns_in_pool
from weaklabel.core import LabelSchema, as_items
from weaklabel.errors import AnswerError, LabelingFunctionError, ParameterError
from weaklabel.lf import (
    LabelingFunction,
    Preprocessor,
    keyword_lf,
    labeling_function,
    preprocessor,
    regex_lf,
)

SCHEMA = LabelSchema(["ham", "spam"])
N_ITEMS = 50
ITEMS = as_items([{"item_id": f"i{i}", "n": i, "text": f"text {i}"} for i in range(N_ITEMS)])


class Label(enum.StrEnum):
    HAM = "ham"


@pytest.fixture(scope="module")
def pool():
    with WorkerPool(2) as made:
        yield made


def outcome(columns):
    """Return the columns without seconds, and the error that ended them."""
    found = []
    try:
        for column in columns:
            found.append((column.codes.tolist(), column.n_failures, column.first_failure))
    except Exception as error:
        return found, type(error), str(error)
    return found, None, ""


def in_pool(lfs, pool, *, is_fatal=False, items=ITEMS):
    return outcome(columns_in_pool(lfs, ItemRows(items, is_fatal=is_fatal), SCHEMA, pool))


def in_process(lfs, *, is_fatal=False, items=ITEMS):
    return outcome(columns_of(lfs, ItemRows(items, is_fatal=is_fatal), SCHEMA))


def votes_even(item):
    return "spam" if item.n % 2 == 0 else None


def raises_on_thirteen(item):
    if item.n == 13:
        raise ValueError("unlucky")
    return 0


@preprocessor
def words(item):
    return item.text.split()


def lf_of(function, **arguments):
    return LabelingFunction(function.__name__, function, **arguments)


def test_votes_are_those_of_one_process_in_the_same_order(pool):
    def reads_words(item):
        return Label.HAM if item.words[1] == "7" else np.int64(1)

    lfs = [
        keyword_lf("text", "ham"),
        lf_of(votes_even),
        regex_lf(r"1$", "spam"),
        lf_of(reads_words, preprocessors=[words]),
        labeling_function("closure")(lambda item, least=30: "spam" if item.n > least else None),
    ]
    found, error, _ = in_pool(lfs, pool)
    assert error is None
    assert (found, error, "") == in_process(lfs)
    assert found[1][0] == [1, -1] * 25


def test_preprocessors_run_once_for_each_item_and_their_seconds_come_back(pool):
    counted = Preprocessor("counted", lambda item, seen=[]: seen.append(1) or len(seen))
    lfs = [
        LabelingFunction(name, lambda item: int(item.counted > 16), preprocessors=[counted])
        for name in ("one", "two")
    ]
    rows = ItemRows(ITEMS, is_fatal=True)
    one, two = columns_in_pool(lfs, rows, SCHEMA, pool)
    np.testing.assert_array_equal(one.codes, two.codes)
    assert rows.seconds["counted"] > 0
    assert one.seconds > 0


@pytest.mark.parametrize("is_fatal", [False, True])
def test_a_failure_is_the_one_of_one_process(pool, is_fatal):
    lfs = [lf_of(votes_even), lf_of(raises_on_thirteen), lf_of(votes_even)]
    lfs[2] = LabelingFunction("last", votes_even)
    assert in_pool(lfs, pool, is_fatal=is_fatal) == in_process(lfs, is_fatal=is_fatal)


def test_a_fatal_failure_shows_the_traceback_of_the_worker(pool):
    rows = ItemRows(ITEMS, is_fatal=True)
    with pytest.raises(
        LabelingFunctionError,
        match=r"^labeling function 'raises_on_thirteen' raised ValueError on item 'i13': unlucky$",
    ) as caught:
        list(columns_in_pool([lf_of(raises_on_thirteen)], rows, SCHEMA, pool))
    assert 'raise ValueError("unlucky")' in str(caught.value.__cause__)


def test_an_answer_that_is_no_class_is_an_error_whatever_counts_as_failure(pool):
    wrong = labeling_function("wrong")(lambda item: "sapm" if item.n == 33 else None)
    with pytest.raises(AnswerError, match=r"'wrong' answered 'sapm' on item 'i33'.*'spam'\?"):
        list(columns_in_pool([wrong], ItemRows(ITEMS, is_fatal=False), SCHEMA, pool))


def behaves(kinds):
    """Return a function of an item that does what `kinds` says of its number."""

    def function(item):
        kind = kinds.get(item.n, item.n % 3 - 1)
        if kind == "raise":
            raise ValueError(f"at {item.n}")
        if kind == "stop":
            raise StopIteration
        return kind

    return function


KINDS = st.dictionaries(
    st.integers(0, N_ITEMS - 1),
    st.sampled_from(["raise", "stop", None, "ham", 1, -1, True, "no class", 2]),
    max_size=3,
)


@pytest.mark.slow
@settings(max_examples=40)
@given(
    own=st.lists(KINDS, min_size=1, max_size=3),
    before=st.lists(KINDS, max_size=2),
    chained=st.booleans(),
    is_fatal=st.booleans(),
)
def test_odd_functions_do_what_they_do_in_one_process(pool, own, before, chained, is_fatal):
    needed = []
    for i, kinds in enumerate(before):
        after = needed[-1:] if chained else []
        needed.append(Preprocessor(f"p{i}", behaves(kinds), preprocessors=after))
    lfs = [
        LabelingFunction(f"f{i}", behaves(kinds), preprocessors=needed[: i + 1])
        for i, kinds in enumerate(own)
    ]
    assert in_pool(lfs, pool, is_fatal=is_fatal) == in_process(lfs, is_fatal=is_fatal)


def test_no_column_is_awaited_to_raise_the_first_failure():
    def slow(item):
        if item.n == 0:
            raise ValueError
        threading.Event().wait(60)

    with WorkerPool(1) as pool, pytest.raises(LabelingFunctionError, match="on item 'i0'"):
        list(columns_in_pool([lf_of(slow)], ItemRows(ITEMS, is_fatal=True), SCHEMA, pool))


def test_a_run_that_is_given_up_leaves_the_pool_usable(pool):
    columns = columns_in_pool(
        [lf_of(votes_even), lf_of(raises_on_thirteen)],
        ItemRows(ITEMS, is_fatal=False),
        SCHEMA,
        pool,
    )
    next(columns)
    columns.close()
    assert in_pool([lf_of(votes_even)], pool) == in_process([lf_of(votes_even)])


def hangs_in_c(item):
    if item.n == 21:
        re.match(r"(a+)+b", "a" * 80)
    return 1


def test_a_function_that_hangs_in_c_fails_on_its_item_alone():
    with WorkerPool(2, timeout_seconds=0.5) as pool:
        ((codes, n_failures, first), after), error, _ = in_pool(
            [lf_of(hangs_in_c), lf_of(votes_even)], pool
        )
    assert error is None
    assert codes == [1] * 21 + [-1] + [1] * 28
    assert (n_failures, first) == (1, "timed out after 0.5 s on item 'i21'")
    assert after == in_process([lf_of(votes_even)])[0][0]


def test_a_fatal_timeout_names_function_and_item():
    with (
        WorkerPool(1, timeout_seconds=0.5) as pool,
        pytest.raises(
            LabelingFunctionError,
            match=r"^labeling function 'hangs_in_c' timed out after 0.5 s on item 'i21'$",
        ),
    ):
        list(columns_in_pool([lf_of(hangs_in_c)], ItemRows(ITEMS, is_fatal=True), SCHEMA, pool))


def test_a_preprocessor_that_hangs_fails_the_functions_that_name_it():
    hung = Preprocessor("hung", hangs_in_c)
    lfs = [
        LabelingFunction("needs", lambda item: item.hung, preprocessors=[hung]),
        lf_of(votes_even),
    ]
    with WorkerPool(1, timeout_seconds=0.5) as pool:
        ((codes, n_failures, first), after), *_ = in_pool(lfs, pool)
    assert codes == [1] * 21 + [-1] + [1] * 28
    assert first == "preprocessor 'hung' timed out after 0.5 s on item 'i21'"
    assert (n_failures, after[1]) == (1, 0)


@pytest.mark.parametrize("kind", ["batch preprocessor", "pattern"])
def test_what_sees_many_items_is_looked_at_one_by_one_after_it_hung(kind):
    evil = as_items(
        [{"item_id": f"i{i}", "n": i, "text": "a" * 60 if i == 3 else "ab"} for i in range(20)]
    )
    lf = regex_lf(r"(a+)+b", "spam", name="evil")
    if kind == "batch preprocessor":
        found = Preprocessor(
            "found", lambda items: [bool(re.match(r"(a+)+b", i.text)) for i in items], is_batch=True
        )
        lf = LabelingFunction("evil", lambda item: int(item.found), preprocessors=[found])
    with WorkerPool(1, timeout_seconds=0.5) as pool:
        ((codes, n_failures, first),), *_ = in_pool([lf], pool, items=evil)
    assert (codes, n_failures) == ([1] * 3 + [-1] + [1] * 16, 1)
    assert first.endswith("timed out after 0.5 s on item 'i3'")


def test_a_slow_function_below_the_timeout_is_left_alone():
    def slow(item):
        threading.Event().wait(0.05)
        return 0

    with WorkerPool(1, timeout_seconds=0.5) as pool:  # 0.8 s for each piece
        assert in_pool([lf_of(slow)], pool)[0] == [([0] * N_ITEMS, 0, "")]


def interrupt():
    raise KeyboardInterrupt


def crashes_with(how):
    def crashes(item):
        if item.n == 17:
            how()
        return 0

    return crashes


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (lambda: os._exit(3), "exit code 3"),
        (lambda: ctypes.string_at(0), "SIGSEGV"),
        (lambda: os.kill(os.getpid(), 9), "SIGKILL"),
        (lambda: sys.exit("bye"), "exit code 1"),
        (sys.exit, "exit code 0"),
        (interrupt, "exit code 1"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="signals have other names")
def test_a_process_that_ends_is_a_failure_of_its_item(pool, how, words):
    crashes = lf_of(crashes_with(how))
    ((codes, n_failures, first),), *_ = in_pool([crashes], pool)
    assert codes == [0] * 17 + [-1] + [0] * 32
    assert (n_failures, first) == (1, f"ended its process twice ({words}) on item 'i17'")


def test_a_process_that_ends_once_is_no_failure(pool, tmp_path):
    def crashes(item, been=str(tmp_path / "been")):
        if item.n == 17 and not Path(been).exists():
            Path(been).touch()
            os._exit(1)
        return 0

    assert in_pool([lf_of(crashes)], pool)[0] == [([0] * N_ITEMS, 0, "")]


@pytest.mark.slow
def test_processes_are_replaced_after_some_pieces_or_when_they_grow():
    def leaks(item, kept=[]):  # noqa: B006 - the leak is the test
        kept.append(bytearray(1 << 20))
        return 0

    for limits in ({"max_pieces": 1}, {"max_growth": 5 << 20}):
        with WorkerPool(1, **limits) as pool:
            for _ in range(2):
                assert in_pool([lf_of(leaks)], pool)[1] is None
            n_started = pool.workers[0].n_started
        assert n_started > 2 or (limits.get("max_growth") and not Path("/proc").exists())


def test_functions_are_sent_once_for_all_chunks(pool):
    lfs = (lf_of(votes_even),)
    one = pool.setup(lfs, SCHEMA, is_fatal=True)
    assert pool.setup(list(lfs), SCHEMA, is_fatal=True) is one
    assert pool.setup(lfs, SCHEMA, is_fatal=False) is not one


def test_processes_stay_from_chunk_to_chunk():
    with WorkerPool(2) as made:
        for _ in range(3):
            in_pool([lf_of(votes_even)], made)
        assert [worker.n_started for worker in made.workers] == [1, 1]


def test_what_cannot_be_sent_is_named_before_anything_runs(pool):
    lock = threading.Lock()
    locked = labeling_function("locked")(lambda item: lock and None)
    with pytest.raises(
        LabelingFunctionError,
        match=r"^labeling function 'locked' cannot be sent to worker processes: 'lock' in the "
        r"closure is a lock \(.*\)\. Make it inside the function .*use n_jobs=1\.$",
    ):
        list(columns_in_pool([locked], ItemRows(ITEMS, is_fatal=False), SCHEMA, pool))


class Unloadable:
    def __reduce__(self):
        return int, ("no number",)


def test_functions_that_cannot_be_loaded_are_an_error(pool):
    lf = labeling_function("f", resources={"bad": Unloadable()})(lambda item, bad: None)
    with pytest.raises(
        LabelingFunctionError,
        match=r"^labeling functions cannot be used in a worker process: ValueError: invalid",
    ):
        list(columns_in_pool([lf], ItemRows(ITEMS, is_fatal=False), SCHEMA, pool))


def test_a_process_that_ends_while_it_loads_is_an_error(pool):
    class Deadly:
        def __reduce__(self):
            return os._exit, (5,)

    lf = labeling_function("f", resources={"bad": Deadly()})(lambda item, bad: None)
    with pytest.raises(LabelingFunctionError, match=r"process ended \(exit code 5\) while it load"):
        list(columns_in_pool([lf], ItemRows(ITEMS, is_fatal=False), SCHEMA, pool))


def test_what_functions_print_goes_to_standard_error(capfd):
    def prints(item):
        os.write(1, b"printed\n")
        return 0

    with WorkerPool(1) as pool:
        assert in_pool([lf_of(prints)], pool)[0] == [([0] * N_ITEMS, 0, "")]
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "printed\n" * N_ITEMS)


def test_null_numbers_and_nested_values_arrive_as_they_are(pool):
    items = as_items([{"a": None, "b": [{"c": "é\n"}]}, {"a": 2.5, "b": []}])

    def sees(item):
        return 1 if (item.a, item.b) == (None, [{"c": "é\n"}]) else 0

    assert in_pool([lf_of(sees)], pool, items=items)[0] == [([1, 0], 0, "")]


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
        in_pool([lf_of(votes_even)], pool)
        processes = [w.process for w in pool.workers if w.process is not None]
        folder = Path(pool._folder.name)
    assert processes
    assert all(process.poll() is not None for process in processes)
    assert not folder.exists()


INTERRUPTED = """
import sys, time
import weaklabel as wl
from weaklabel.apply._rows import ItemRows
from weaklabel.apply._workers import WorkerPool, columns_in_pool

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
