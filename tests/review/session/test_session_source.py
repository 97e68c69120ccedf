"""What is shown of an item comes from the queue, the items and the votes, by its id."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from weaklabel.core import LabelSchema, ReviewQueue, VoteMatrix
from weaklabel.errors import ItemsError, ParameterError, SchemaError
from weaklabel.lf import keyword_lf
from weaklabel.review.session._highlights import pattern_matches
from weaklabel.review.session._session_item import Chip, Fold
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.session._turn import Showing

SCHEMA = LabelSchema(["ham", "spam"])
QUEUE = ReviewQueue(
    ["c", "a", "b"],
    ["error", "random", "error"],
    [3, 2, 1],
    [["undecided"], ["random check"], ["votes differ"]],
    [[0.2, 0.8], [0.9, 0.1], [0.5, 0.5]],
    SCHEMA,
)
ITEMS = [
    {"item_id": "a", "text": "hello", "n": 1},
    {"item_id": "b", "text": "hello!", "n": None},
    {"item_id": "x", "text": "Hello", "n": 3},
    {"item_id": "c", "text": "free car", "n": 4},
]
CODES = [[0, -1], [-1, -1], [0, 0], [1, 0]]
VOTES = VoteMatrix.from_array(CODES, SCHEMA, ["prize", "greets"], ["a", "b", "x", "c"])
SPARSE = VoteMatrix.from_entries(
    [0, 2, 2, 3, 3], [0, 0, 1, 0, 1], [0, 0, 0, 1, 0], (4, 2), SCHEMA, VOTES.lf_names, list("abxc")
)
GROUPS = [0, 0, 0, 1]
FREE = keyword_lf("free", "spam", name="prize")
PRIZE = pattern_matches([FREE])


def source(votes: VoteMatrix | None = VOTES, **options: Any) -> SessionSource:
    return SessionSource.of_arguments(QUEUE, ITEMS, votes, **options)


@pytest.mark.parametrize("votes", [VOTES, SPARSE])
def test_an_item_is_shown_with_its_own_row_and_votes(votes: VoteMatrix) -> None:
    versions = {"prize": "v1"}
    item = source(votes, lf_versions=versions, precision={"greets": 0.75}, matches=[FREE]).of(0)
    assert (item.item_id, item.position, item.total) == ("c", 0, 3)
    assert [(f.name, f.value) for f in item.fields] == list(ITEMS[3].items())
    assert (item.proposed, item.probabilities) == ("spam", {"ham": 0.2, "spam": 0.8})
    assert (item.stratum, item.reasons) == ("error", ("undecided",))
    assert item.votes == (Chip("prize", "spam", None, "v1"), Chip("greets", "ham", 0.75, ""))
    assert item.n_abstained == 0
    assert [tuple(h) for h in item.highlights] == [("text", 0, 4, "prize")]
    other = source(votes).of(1)
    assert other.votes == (Chip("prize", "ham"),)
    assert other.n_abstained == 1


def test_matches_that_fail_leave_an_item_without_highlights(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def raises(fields: Mapping[str, Any]) -> Any:
        raise ZeroDivisionError(fields["item_id"])

    for matches in (raises, lambda fields: [("text", 0, 99, "prize")]):
        caplog.clear()
        item = source(matches=matches).of(0)
        assert (item.item_id, item.highlights, item.proposed) == ("c", (), "spam")
        assert "nothing is highlighted in item 'c'" in caplog.text


def test_a_blind_item_shows_nothing_of_what_is_proposed() -> None:
    item = source(blind=["error"], matches=PRIZE).of(0)
    assert item.blind
    assert item.proposed is item.n_abstained is None
    assert (item.probabilities, item.reasons, item.votes, item.highlights) == ({}, (), (), ())
    told = json.dumps([item.to_dict(), item.shown()])
    assert not any(word in told for word in ("0.8", "prize", "spam", "undecided"))
    assert item.fields[1].value == "free car"
    assert not source(blind=["error"]).of(1).blind


def test_highlights_are_of_functions_that_voted_here() -> None:
    abstains = VoteMatrix.from_array([[-1]] * 4, SCHEMA, ["prize"], list("abxc"))
    assert source(abstains, matches=PRIZE).of(0).highlights == ()
    assert len(source(None, matches=PRIZE).of(0).highlights) == 1


def test_near_duplicates_are_of_all_items_and_leave_out_itself() -> None:
    item = source(groups=GROUPS, columns=["text"]).of(1)
    assert [(n.item_id, n.excerpt) for n in item.near_duplicates] == [
        ("b", "hello!"),
        ("x", "Hello"),
    ]
    assert item.n_near_duplicates == 2
    assert source(groups=GROUPS).of(0).near_duplicates == ()


def test_of_many_near_duplicates_the_beginnings_of_a_few_are_shown() -> None:
    ids = [str(i) for i in range(20)]
    queue = ReviewQueue(["3"], ["s"], [0], [["r"]], [[0.5, 0.5]], SCHEMA)
    items = [{"item_id": i, "text": "win " * 1000} for i in ids]
    item = SessionSource.of_arguments(queue, items, None, groups=[0] * 20).of(0)
    assert [n.item_id for n in item.near_duplicates] == ["0", "1", "2", "4", "5"]
    assert item.n_near_duplicates == 19
    assert {n.excerpt for n in item.near_duplicates} == {"win " * 50}


@pytest.mark.parametrize(
    ("columns", "excerpt"),
    [
        (["item_id", "title", "text", "n"], "the text"),
        (["item_id", "title"], "the title"),
        (["item_id", "n"], "item_id: z; n: 3"),
    ],
)
def test_an_excerpt_is_of_the_text(columns: list[str], excerpt: str) -> None:
    queue = ReviewQueue(["z"], ["s"], [0], [["r"]], [[0.5, 0.5]], SCHEMA)
    items = [{"item_id": "z", "title": "the title", "n": 3, "text": "the text"}]
    assert SessionSource.of_arguments(queue, items, None, columns=columns).excerpt(0) == excerpt


def test_without_votes_and_groups_there_are_none() -> None:
    item = source(None).of(0)
    assert (item.votes, item.n_abstained, item.n_near_duplicates) == ((), None, 0)


def test_only_the_columns_that_are_named_are_shown() -> None:
    assert [f.name for f in source(columns=["text"]).of(0).fields] == ["text"]
    with pytest.raises(ItemsError, match=r"column is 'gold', must be one of 'item_id', 'text'"):
        source(columns=["gold"])


def test_a_long_text_says_how_long_it_is_and_stays_whole() -> None:
    field = source(fold=5).of(0).fields[1]
    assert (field.value, field.fold) == ("free car", Fold(8, 5))
    assert source(fold=8).of(0).fields[1].fold is None


def test_the_guidelines_stand_beside_each_item() -> None:
    item = source(guidelines=("Be kind.", "3")).of(2)
    assert (item.guidelines, item.guidelines_version) == ("Be kind.", "3")


def test_hostile_texts_go_through_unchanged() -> None:
    texts = [
        "<script>alert(1)</script>",
        "\u202eevil\u2066",
        "a\x00b",
        "y" * 10_000_000,
        "\ud7ff\ufeff",
    ]
    queue = ReviewQueue(
        map(str, range(5)), ["s"] * 5, [0] * 5, [["r"]] * 5, [[0.5, 0.5]] * 5, SCHEMA
    )
    items = [{"item_id": str(i), "text": text} for i, text in enumerate(texts)]
    made = SessionSource.of_arguments(queue, items, None, columns=["text"])
    for i, text in enumerate(texts):
        item = made.of(i)
        assert item.fields[0].value == text
        assert json.loads(json.dumps(item.to_dict(), allow_nan=False))["fields"][0]["value"] == text
        assert "<script" not in item._repr_html_()
        assert len(item.text_hash()) == 64
    assert made.of(3).fields[0].fold == Fold(10_000_000, 2000)
    assert len(json.dumps(made.of(3).to_dict(folded=True))) < 4000


def test_the_other_of_two_classes_is_not_the_proposed_one() -> None:
    assert (source().proposed(0), source().other(0)) == ("spam", "ham")


def test_a_turn_may_hide_what_the_stratum_shows() -> None:
    how = Showing(blind=True, stratum="gold check", shown_stratum="random")
    item = source().of(0, how)
    assert (item.blind, item.proposed, item.reasons, item.votes) == (True, None, (), ())
    assert (item.stratum, source().stratum(0, how)) == ("random", "gold check")
    assert source().of(0, Showing(stratum="adjudication")).stratum == "adjudication"
    assert source().of(0).stratum == source().stratum(0) == "error"


def test_columns_of_images_say_so() -> None:
    fields = {field.name: field.is_image for field in source(image_columns=["text"]).of(0).fields}
    assert fields.pop("text")
    assert not any(fields.values())
    with pytest.raises(ItemsError, match="column is 'photo', must be one of"):
        source(image_columns=["photo"])


def test_other_guidelines_change_nothing_else() -> None:
    before = source(guidelines=("Be kind.", "3"))
    after = before.with_guidelines(("Be strict.", "4"))
    assert (after.of(0).guidelines, after.of(0).guidelines_version) == ("Be strict.", "4")
    assert before.guidelines.version == "3"
    assert replace(after.of(0), guidelines="", guidelines_version="") == replace(
        before.of(0), guidelines="", guidelines_version=""
    )
    assert after.place is before.place


def test_a_class_is_named_or_numbered() -> None:
    assert (source().class_name("ham"), source().class_name(1)) == ("ham", "spam")


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"schema": LabelSchema(["no", "yes"])}, SchemaError, r"must have those of the queue"),
        ({"groups": [1, 2]}, ParameterError, r"groups has shape \(2,\)"),
        ({"blind": "random"}, ParameterError, r"blind is 'random', .* Write \['random'\]"),
        ({"precision": {"prize": 1.2}}, ParameterError, r"precision\['prize'\] is 1.2"),
        ({"lf_versions": ["v1"]}, ParameterError, r"lf_versions is \['v1'\], must be a mapping"),
        ({"fold": 0}, ParameterError, r"fold is 0"),
    ],
)
def test_a_wrong_argument_is_refused(
    options: Mapping[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        source(**options)


def test_items_and_votes_must_hold_the_queue() -> None:
    with pytest.raises(ItemsError, match="are not among the items, for example 'b'"):
        SessionSource.of_arguments(QUEUE, [ITEMS[0], ITEMS[3]], None)
    with pytest.raises(ItemsError, match="are not among the votes, for example 'c'"):
        source(VOTES.take(np.arange(3)))
    with pytest.raises(ParameterError, match="queue is"):
        SessionSource.of_arguments(ITEMS, QUEUE, None)  # type: ignore[arg-type]
