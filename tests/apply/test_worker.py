"""The worker's side: messages, the order of preprocessors, and which failure comes first."""

import io

import pyarrow as pa
import pytest

from weaklabel.apply import _worker as module
from weaklabel.apply._clock import Clock
from weaklabel.apply._worker import (
    ColumnDone,
    ColumnWrong,
    Piece,
    PieceDone,
    _Functions,
    preprocessors_of,
    read_message,
    write_message,
)
from weaklabel.core import LabelSchema
from weaklabel.lf import LabelingFunction, Preprocessor, keyword_lf, model_lf

SCHEMA = LabelSchema(["ham", "spam"])


@pytest.fixture
def clock(tmp_path):
    made = Clock(tmp_path / "clock")
    yield made
    made.close()


def piece(n_lfs, *, lost=None, one_by_one=False, ends=()):
    sink = pa.BufferOutputStream()
    table = pa.table({"n": [0, 1, 2], "text": ["win", "", "lose"]})
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    data = sink.getvalue().to_pybytes()
    return Piece(0, ["a", "b", "c"], data, tuple(range(n_lfs)), lost or {}, one_by_one, ends)


def test_messages_arrive_whole():
    stream = io.BytesIO()
    sent = [PieceDone({"p": 0.5}, 7), Piece(1, ["a"], b"xyz", (0,), {2: "lost"}, True)]
    for message in sent:
        write_message(stream, message)
    stream.seek(0)
    assert [read_message(stream), read_message(stream)] == sent


@pytest.mark.parametrize("kept", [0, 5, 20])
def test_a_message_that_breaks_off_is_the_end(kept):
    stream = io.BytesIO()
    write_message(stream, PieceDone({}, 7))
    with pytest.raises(EOFError):
        read_message(io.BytesIO(stream.getvalue()[:kept]))


def test_preprocessors_come_in_the_order_of_need_once_each():
    one = Preprocessor("one", len)
    two = Preprocessor("two", len, preprocessors=[one])
    three = Preprocessor("three", len, preprocessors=[two, one])
    lf = LabelingFunction("f", len, preprocessors=[three, Preprocessor("four", len)])
    assert [p.name for p in preprocessors_of(lf)] == ["one", "two", "three", "four"]


def test_columns_come_one_by_one_and_then_the_end(clock):
    lfs = (keyword_lf("win", "spam"), LabelingFunction("f", lambda item: item.n % 2))
    for one_by_one in (False, True):
        functions = _Functions(lfs, SCHEMA, True, clock)
        first, second, end = functions.votes(piece(2, one_by_one=one_by_one))
        assert (first.j, first.votes.codes.tolist()) == (0, [1, -1, -1])
        assert (second.j, second.votes.codes.tolist()) == (1, [0, 1, 0])
        assert isinstance(end, PieceDone)
        assert clock.read().step == -1


def test_rank_says_which_preprocessor_failed_first(clock):
    def fails_on(n):
        return lambda item: 1 // (item.n - n)

    before = [Preprocessor("p", lambda item: 1), Preprocessor("q", fails_on(2))]
    lfs = (
        LabelingFunction("f", fails_on(0)),
        LabelingFunction("g", fails_on(0), preprocessors=before),
    )
    f, g, _ = _Functions(lfs, SCHEMA, False, clock).votes(piece(2))
    assert (f.rank, f.votes.n_failures) == (0, 1)
    assert (g.rank, g.votes.n_failures) == (1, 2)
    assert g.votes.first_failure.startswith("preprocessor 'q' raised ZeroDivisionError on item 'c'")


def test_an_error_ends_the_piece_with_its_words(clock):
    lfs = (LabelingFunction("f", lambda item: "spma"), LabelingFunction("g", lambda item: None))
    wrong, end = _Functions(lfs, SCHEMA, False, clock).votes(piece(2))
    assert isinstance(wrong, ColumnWrong)
    assert (wrong.j, wrong.rank, wrong.kind) == (0, 1, "AnswerError")
    assert "'f' answered 'spma' on item 'a'" in wrong.words
    assert isinstance(end, PieceDone)


def test_what_is_lost_is_not_tried_again(clock):
    called = []
    lf = LabelingFunction("f", lambda item: called.append(1))
    done, _ = _Functions((lf,), SCHEMA, False, clock).votes(piece(1, lost={0: "timed out"}))
    assert isinstance(done, ColumnDone)
    assert (done.votes.n_failures, done.votes.first_failure) == (3, "timed out on item 'a'")
    assert called == []


@pytest.mark.parametrize(("part_seconds", "parts"), [(0.0, [[1], [-1, -1]]), (1e9, [[1, -1, -1]])])
def test_batches_are_told_when_they_took_long_and_else_together(
    clock, monkeypatch, part_seconds, parts
):
    monkeypatch.setattr(module, "_PART_SECONDS", part_seconds)
    seen = []

    def wins(texts):
        seen.append((texts, clock.read().position))
        return [1 if text == "win" else None for text in texts]

    functions = _Functions((model_lf(wins, name="m", batch_size=9),), SCHEMA, False, clock)
    *done, end = functions.votes(piece(1, ends=(1, 3)))
    assert [one.votes.codes.tolist() for one in done] == parts
    assert seen == [(["win"], 0), (["", "lose"], 1)]
    assert isinstance(end, PieceDone)


def test_all_batches_are_asked_before_an_answer_that_is_no_class_is_told(clock):
    def odd(texts):
        if "lose" in texts:
            raise ValueError("lost")
        return ["spma"] * len(texts)

    lfs = (model_lf(odd, name="m"),)
    for is_fatal, kind in ((True, "LabelingFunctionError"), (False, "AnswerError")):
        wrong, _ = _Functions(lfs, SCHEMA, is_fatal, clock).votes(piece(1, ends=(1, 2, 3)))
        assert wrong.kind == kind
    assert "'m' answered 'spma' on item 'a'" in wrong.words
