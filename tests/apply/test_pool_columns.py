"""columns_in_pool: what workers do is what one process would do, and no function harms another."""

import ctypes
import enum
import os
import re
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.apply import _pool_columns as module
from weaklabel.apply._columns import columns_of
from weaklabel.apply._pool_columns import columns_in_pool
from weaklabel.apply._rows import ItemRows
from weaklabel.apply._workers import WorkerPool
from weaklabel.core import LabelSchema, as_items
from weaklabel.errors import AnswerError, LabelingFunctionError
from weaklabel.lf import (
    LabelingFunction,
    Preprocessor,
    classifier_lf,
    collect_lfs,
    keyword_lf,
    labeling_function,
    model_lf,
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


@pytest.fixture(scope="module")
def limited_pool():
    with WorkerPool(2, timeout_seconds=60) as made:
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


SOME_NULLS = as_items(
    [
        {"item_id": f"i{n}", "n": n, "text": None if n % 7 == 3 else f"text {n}"}
        for n in range(N_ITEMS)
    ]
)


def numbered(log):
    """Return a model that notes the numbers of each batch, and votes on the even ones."""

    def model(items):
        with open(log, "a", encoding="utf-8") as file:
            print(*(item["n"] for item in items), file=file)
        return [1 if item["n"] % 2 == 0 else None for item in items]

    return model


def batches_in(log):
    """Return the batches that `numbered` noted, and forget them."""
    lines = log.read_text(encoding="utf-8").splitlines()
    log.unlink()
    return [list(map(int, line.split())) for line in lines]


@pytest.mark.parametrize("batch_size", [1, 8, 1000])
def test_a_model_gets_the_batches_of_one_process(tmp_path, monkeypatch, batch_size):
    monkeypatch.setattr(module, "_MOST_ROWS", 20)  # several pieces
    log = tmp_path / "log"
    lfs = [
        lf_of(votes_even),
        model_lf(numbered(log), columns=["n", "text"], batch_size=batch_size, name="m"),
        keyword_lf("text", "ham"),
    ]
    expected = in_process(lfs, items=SOME_NULLS)
    batches = batches_in(log)
    with WorkerPool(2, timeout_seconds=60) as pool:
        assert in_pool(lfs, pool, items=SOME_NULLS) == expected
    assert batches_in(log) == batches
    assert len(batches) == -(-43 // batch_size)  # seven texts are missing
    assert expected[0][1][0][:5] == [1, -1, 1, -1, 1]


def test_a_model_that_sees_only_nulls_is_not_asked(tmp_path):
    items = as_items([{"item_id": f"i{n}", "text": None} for n in range(5)])
    lf = model_lf(lambda texts: 1 // 0, name="m")
    with WorkerPool(1, timeout_seconds=60) as pool:
        assert in_pool([lf], pool, items=items)[0] == [([-1] * 5, 0, "")]


@pytest.mark.slow
@settings(max_examples=40)
@given(
    models=st.lists(st.tuples(KINDS, st.sampled_from([1, 3, 16, 300])), min_size=1, max_size=3),
    row=KINDS,
    is_fatal=st.booleans(),
)
def test_odd_models_do_what_they_do_in_one_process(limited_pool, models, row, is_fatal):
    def asked(kinds):
        one = behaves(kinds)
        return lambda items: [one(SimpleNamespace(**item)) for item in items]

    lfs = [
        model_lf(asked(kinds), columns=["n", "text"], batch_size=batch_size, name=f"m{i}")
        for i, (kinds, batch_size) in enumerate(models)
    ]
    lfs.insert(1, LabelingFunction("row", behaves(row)))
    found = in_pool(lfs, limited_pool, is_fatal=is_fatal, items=SOME_NULLS)
    assert found == in_process(lfs, is_fatal=is_fatal, items=SOME_NULLS)


def test_a_model_of_probabilities_of_a_wrong_shape_is_the_error_of_one_process(limited_pool):
    lfs = [model_lf(lambda texts: [[1.0]] * len(texts), ["ham", "spam"], name="m", batch_size=9)]
    found = in_pool(lfs, limited_pool)
    assert found == in_process(lfs)
    assert found[2].startswith("labeling function 'm' failed: the model gave probabilities of sha")


def at_twenty(log, act, *, seconds_before=0.0):
    """Return a model that does `act` where it sees number 20, alone or among others."""
    note = numbered(log)

    def model(items):
        answers = note(items)
        if any(item["n"] == 20 for item in items):
            act()
        threading.Event().wait(seconds_before if items[0]["n"] < 16 else 0)
        return answers

    return model


def hang():
    re.match(r"(a+)+b", "a" * 80)


EVEN_BUT_TWENTY = [1 if n % 2 == 0 and n != 20 else -1 for n in range(N_ITEMS)]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (hang, "timed out after 0.5 s on item 'i20'"),
        (lambda: os._exit(3), "ended its process twice (exit code 3) on item 'i20'"),
    ],
)
def test_a_model_that_hangs_or_crashes_fails_on_one_item(tmp_path, act, words):
    log = tmp_path / "log"
    model = model_lf(at_twenty(log, act), columns=["n"], batch_size=8, name="m")
    with WorkerPool(2, timeout_seconds=0.5) as pool:
        ((codes, *failure), after), error, _ = in_pool([model, lf_of(votes_even)], pool)
    assert error is None
    assert (codes, failure) == (EVEN_BUT_TWENTY, [1, words])
    assert after == in_process([lf_of(votes_even)])[0][0]
    batches = [list(range(n, min(n + 8, N_ITEMS))) for n in range(0, N_ITEMS, 8)]
    asked = batches_in(log)
    assert all(batch in asked for batch in batches)
    # Only those of its own batch were asked one by one.
    alone = [batch[0] for batch in asked if batch not in batches]
    assert sorted(set(alone)) == batches[2]
    assert [batch for batch in asked if len(batch) > 1 and batch not in batches] == []


def test_a_fatal_timeout_of_a_model_names_function_and_item(tmp_path):
    model = model_lf(at_twenty(tmp_path / "log", hang), columns=["n"], batch_size=8, name="m")
    with WorkerPool(1, timeout_seconds=0.5) as pool:
        *_, error, said = in_pool([model], pool, is_fatal=True)
    assert error is LabelingFunctionError
    assert said == "labeling function 'm' timed out after 0.5 s on item 'i20'"


@pytest.mark.slow
def test_batches_that_took_a_second_are_not_asked_again(tmp_path):
    log = tmp_path / "log"
    made = at_twenty(log, hang, seconds_before=1.05)
    model = model_lf(made, columns=["n"], batch_size=8, name="m")
    with WorkerPool(1, timeout_seconds=1.5) as pool:
        assert in_pool([model], pool)[0][0][0] == EVEN_BUT_TWENTY
    asked = batches_in(log)
    assert [asked.count(list(range(start, start + 8))) for start in (0, 8)] == [1, 1]


def test_batches_get_longer_than_an_item_after_one_without_fault_took_too_long():
    def model(items):
        if len(items) > 1:
            threading.Event().wait(60 if items[0]["n"] == 0 else 0.7)
        return ["spam" if len(items) > 1 else "ham"] * len(items)

    lf = model_lf(model, columns=["n"], batch_size=18, name="m")
    with WorkerPool(1, timeout_seconds=0.5) as pool:
        ((codes, n_failures, _),), *_ = in_pool([lf], pool)
    assert n_failures == 0
    assert codes[:18] == [0] * 18  # asked one by one, since together they took too long
    assert codes[-14:] == [1] * 14


def test_a_crash_elsewhere_does_not_end_the_process_of_a_model(tmp_path):
    lfs = [
        lf_of(crashes_with(lambda: os._exit(3))),
        model_lf(numbered(tmp_path / "log"), columns=["n"], batch_size=4, name="m"),
    ]
    with WorkerPool(1, timeout_seconds=60) as pool:
        assert in_pool(lfs, pool)[1] is None
        *_, of_model = pool.workers
        assert [of_model.n_started, pool.workers[0].n_started > 1] == [1, True]


def process_ids(texts):
    return [int(str(os.getpid()) == text) for text in texts]


class Classifier:
    def predict_proba(self, texts):
        return np.eye(2)[process_ids(texts)]


HERE = as_items([str(os.getpid())] * 3)


@pytest.mark.parametrize(
    ("made", "limits", "is_here"),
    [
        (model_lf(process_ids, name="f"), {"n_jobs": 2}, 1),
        (model_lf(process_ids, name="f"), {"n_jobs": 1, "timeout_seconds": 60}, 0),
        (
            classifier_lf(Classifier(), ["ham", "spam"], "f"),
            {"n_jobs": 2, "timeout_seconds": 60},
            1,
        ),
    ],
)
def test_models_leave_this_process_for_a_limit_and_classifiers_never(made, limits, is_here):
    with WorkerPool(**limits) as pool:
        assert in_pool([made], pool, items=HERE)[0] == [([is_here] * 3, 0, "")]


def test_the_pool_says_where_functions_ran():
    lfs = [lf_of(votes_even), model_lf(process_ids, name="m"), keyword_lf("text", "ham", "k")]
    with WorkerPool(2, timeout_seconds=60) as pool:
        in_pool(lfs, pool)
        assert pool.where == {
            "votes_even": "in 2 worker processes",
            "m": "in a worker process of its own",
        }
    with WorkerPool(1) as pool:
        in_pool(lfs, pool)
        assert pool.where == {"votes_even": "in a worker process"}


def test_a_model_that_cannot_be_sent_is_named_before_anything_runs(tmp_path):
    class Model:
        def __init__(self):
            self.lock = threading.Lock()

        def __call__(self, texts):
            return [0] * len(texts)

    lfs = [lf_of(votes_even), model_lf(Model(), name="m")]
    with (
        WorkerPool(1, timeout_seconds=60) as pool,
        pytest.raises(
            LabelingFunctionError,
            match=r"^labeling function 'm' cannot be sent to worker processes: its setting "
            r"'function' is a Model \(.*lock.*\)\. ",
        ),
    ):
        list(columns_in_pool(lfs, ItemRows(ITEMS, is_fatal=False), SCHEMA, pool))


def test_functions_of_a_collected_file_run_in_workers(tmp_path, pool):
    (tmp_path / "words_of_mine.py").write_text("LONG = 6\n", encoding="utf-8")
    (tmp_path / "lfs.py").write_text(
        "import weaklabel as wl\n"
        "from words_of_mine import LONG\n"
        "@wl.preprocessor\n"
        "def size(item):\n"
        "    return len(item.text)\n"
        "@wl.labeling_function(preprocessors=[size])\n"
        "def long(item):\n"
        "    return 'spam' if item.size > LONG else None\n",
        encoding="utf-8",
    )
    lfs = collect_lfs(tmp_path / "lfs.py")
    found = in_pool(lfs, pool)
    assert found[0][0][0] == [-1] * 10 + [1] * 40
    assert found == in_process(lfs)


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


def test_what_cannot_be_sent_is_named_before_anything_runs(pool):
    lock = threading.Lock()
    locked = labeling_function("locked")(lambda item: lock and None)
    with pytest.raises(
        LabelingFunctionError,
        match=r"^labeling function 'locked' cannot be sent to worker processes: 'lock' in the "
        r"closure is a lock \(.*\)\. Make it inside the function .*leave out n_jobs and timeout_seconds\.$",
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
