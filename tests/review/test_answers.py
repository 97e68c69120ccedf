"""Answers become decisions, or one error says everything that is wrong with them."""

from pathlib import Path

import pytest

from weaklabel.core import CAUSES, Decision, LabelSchema, ReviewQueue
from weaklabel.errors import DecisionsError
from weaklabel.review import read_answers

SCHEMA = LabelSchema(["ham", "spam"])
IDS = ["a", "b", "c", "item-1"]
AT = "2026-05-04T10:15:00+00:00"


def answers(tmp_path: Path, text: str, **options: object) -> tuple[Decision, ...]:
    path = tmp_path / ("a.jsonl" if text.startswith("{") else "a.csv")
    path.write_text(text, encoding="utf-8")
    given = {"schema": SCHEMA, "item_ids": IDS, "reviewer": "ann"} | options
    return read_answers(path, **given)  # type: ignore[arg-type]


def test_every_kind_of_answer_is_understood(tmp_path: Path) -> None:
    found = answers(tmp_path, "item_id,answer\na, SPAM \nb,?\nc,\nitem-1,Skip\n")
    assert [(d.item_id, d.label) for d in found] == [("a", "spam"), ("b", None), ("item-1", None)]
    assert {d.reviewer for d in found} == {"ann"}


def test_a_class_named_like_another_in_other_case_must_be_written_exactly(tmp_path: Path) -> None:
    schema = LabelSchema(["Us", "us", "skip"])
    found = answers(tmp_path, "item_id,answer\na,us\nb,skip\nc,?\n", schema=schema)
    assert [d.label for d in found] == ["us", "skip", None]
    with pytest.raises(DecisionsError, match="line 2: answer 'US' is no class"):
        answers(tmp_path, "item_id,answer\na,US\n", schema=schema)


def test_jsonl_numbers_and_nulls_are_answers(tmp_path: Path) -> None:
    text = '{"item_id": 7, "answer": 1}\n{"item_id": "8", "answer": null}\n'
    found = answers(tmp_path, text, schema=LabelSchema(["0", "1"]), item_ids=["7", "8"])
    assert [(d.item_id, d.label) for d in found] == [("7", "1")]


def test_columns_win_over_arguments_and_empty_cells_do_not(tmp_path: Path) -> None:
    text = f"item_id,answer,reviewer,comment,decided_at\na,ham,bob,=hm,{AT}\nb,ham,,,\n"
    first, second = answers(tmp_path, text)
    assert first == Decision("a", "ham", "bob", AT, comment="=hm")
    assert second.reviewer == "ann"
    assert second.decided_at.endswith("+00:00")


def test_what_was_shown_comes_from_the_queue_or_else_from_the_file(tmp_path: Path) -> None:
    text = "item_id,answer,proposed,stratum\na,ham,ham,theirs\nb,ham,nonsense,random\n"
    queue = ReviewQueue(["a"], ["margin"], [1.0], [["close"]], [[0.4, 0.6]], SCHEMA)
    context = [(d.proposed, d.stratum) for d in answers(tmp_path, text, queue=queue)]
    assert context == [("spam", "margin"), (None, "")]
    context = [(d.proposed, d.stratum) for d in answers(tmp_path, text)]
    assert context == [("ham", "theirs"), (None, "random")]


def test_two_reviewers_may_differ_but_one_may_not(tmp_path: Path) -> None:
    head = "item_id,answer,reviewer\n"
    assert len(answers(tmp_path, head + "a,ham,ann\na,spam,bob\na,ham,ann\n")) == 2
    with pytest.raises(DecisionsError, match="line 3: item 'a' is 'spam' here and 'ham' on line 2"):
        answers(tmp_path, head + "a,ham,ann\na,spam,ann\n")
    with pytest.raises(DecisionsError, match="item 'a' is 'skip' here"):
        answers(tmp_path, head + "a,ham,ann\na,?,ann\n")


def test_one_error_lists_all_that_is_wrong(tmp_path: Path) -> None:
    text = "item_id,answer\na,spma\nitem-2,ham\nzzz,ham\nb,ham\nc,7\nx1,ham\nx2,ham\nx3,ham\n"
    with pytest.raises(DecisionsError) as caught:
        answers(tmp_path, text)
    assert str(caught.value) == (
        f"{tmp_path / 'a.csv'} has 7 answers that cannot be used, so none was taken: "
        "line 2: answer 'spma' is no class, did you mean 'spam'?; "
        "line 3: item 'item-2' is not among the 4 items, did you mean 'item-1'?; "
        "line 4: item 'zzz' is not among the 4 items; "
        "line 6: answer '7' is no class; "
        "line 7: item 'x1' is not among the 4 items; and 2 more. "
        "An answer must be 'ham', 'spam', 'skip' or empty, of an item in the data. "
        "Correct these lines and give the file again."
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("item_id,answer\na,ham\n", "line 2: nobody is named as reviewer"),
        ("item_id,answer,reviewer,decided_at\na,ham,x,noon\n", "decided_at is 'noon', must be an"),
        ('{"item_id": "a", "answer": "ham", "reviewer": "x", "comment": "\\ud800"}', "half a char"),
        ('{"item_id": "a", "answer": ["ham"], "reviewer": "x"}', "is no class"),
    ],
)
def test_rows_that_are_no_decision_are_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DecisionsError, match=words):
        answers(tmp_path, text, reviewer=None)


def test_unanswered_rows_may_hold_anything(tmp_path: Path) -> None:
    assert answers(tmp_path, "item_id,answer\nunknown,\n", reviewer=None) == ()


@pytest.mark.parametrize("cause", [*CAUSES, "bug", "ambiguous", "guideline", "scope", "data"])
@pytest.mark.parametrize("form", ["{}", "  {} ", "{}".upper()])
def test_a_cause_is_known_by_its_name_and_its_short_one(
    tmp_path: Path, cause: str, form: str
) -> None:
    (found,) = answers(tmp_path, f"item_id,answer,cause\na,ham,{form.format(cause)}\n")
    assert found.cause == next(c for c in CAUSES if cause in c)


def test_a_cause_may_be_in_any_case_with_any_blanks(tmp_path: Path) -> None:
    text = "item_id;answer;cause\na;ham;Guideline  GAP\nb;ham;BUG\nc;ham; \nitem-1;ham;\n"
    assert [d.cause for d in answers(tmp_path, text)] == [CAUSES[2], CAUSES[0], "", ""]


def test_a_skip_may_have_a_cause_and_jsonl_too(tmp_path: Path) -> None:
    text = (
        '{"item_id": "a", "answer": "skip", "cause": "scope"}\n'
        '{"item_id": "b", "answer": "?", "cause": "ambiguous item"}\n'
        '{"item_id": "c", "answer": "ham", "cause": null}\n'
    )
    found = [(d.label, d.cause) for d in answers(tmp_path, text)]
    assert found == [(None, "out of scope"), (None, "ambiguous item"), ("ham", "")]


def test_what_is_wrong_with_causes_is_said_with_all_else(tmp_path: Path) -> None:
    text = "item_id,answer,cause\na,ham,labelling function bug\nb,,data\nc,ham,7\nitem-1,hma,\n"
    with pytest.raises(DecisionsError) as caught:
        answers(tmp_path, text)
    assert str(caught.value) == (
        f"{tmp_path / 'a.csv'} has 4 answers that cannot be used, so none was taken: "
        "line 2: cause 'labelling function bug' is not known, did you mean 'labeling function bug'?; "
        "line 3: item 'b' has the cause 'data error' but no answer, give one, or 'skip'; "
        "line 4: cause '7' is not known; "
        "line 5: answer 'hma' is no class, did you mean 'ham'?. "
        "An answer must be 'ham', 'spam', 'skip' or empty, of an item in the data. "
        "A cause must be 'labeling function bug', 'ambiguous item', 'guideline gap', "
        "'out of scope', 'data error' or empty. "
        "Correct these lines and give the file again."
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,ham,bug\na,ham,data\n", "has the cause 'data error' here and the cause 'labeling fun"),
        ("a,ham,\na,ham,data\n", "has the cause 'data error' here and no cause on line 2"),
        ("a,ham,scope\na,ham,\n", "has no cause here and the cause 'out of scope' on line 2"),
    ],
)
def test_two_causes_of_one_reviewer_for_an_item_are_a_problem(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(DecisionsError, match=f"line 3: item 'a' {words}"):
        answers(tmp_path, "item_id,answer,cause\n" + text)
    same = answers(tmp_path, "item_id,answer,cause\na,ham,bug\na,ham,Labeling function bug\n")
    assert [d.cause for d in same] == [CAUSES[0]]
