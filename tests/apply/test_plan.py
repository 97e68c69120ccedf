"""plan: the words say what apply does."""

import re

import pytest

import weaklabel as wl
from weaklabel.apply import plan
from weaklabel.apply._plan import plan_of
from weaklabel.errors import ItemsError, ParameterError


@wl.preprocessor
def tokens(item):
    return item.text.split()


@wl.labeling_function(preprocessors=[tokens])
def many(item):
    return 1 if len(item.tokens) > 9 else None


@wl.labeling_function(preprocessors=[tokens])
def few(item):
    return 0 if len(item.tokens) < 3 else None


@wl.labeling_function
def short(item):
    return 0 if len(item.text) < 5 else None


WIN, FREE = wl.keyword_lf("win", 1, "win"), wl.keyword_lf("Free", 1, "free", case_sensitive=True)
LINK = wl.regex_lf(r"https?://\S+", 1, "link")
DIGITS = wl.regex_lf(r"\d{5}", 1, "digits")


@pytest.fixture(autouse=True)
def _polars(monkeypatch):
    monkeypatch.setitem(plan.__globals__, "search_engine_for", lambda n_bytes: "polars")


def how(lf, *others, items=None):
    return plan([lf, *others], items)[lf.name].how


def test_texts_share_a_pass():
    assert how(WIN) == "in one multi-pattern pass over 'text' (Polars)"
    assert how(WIN, DIGITS, short) == "in one multi-pattern pass over 'text' (Polars)"
    assert how(WIN, LINK) == "with 1 other in one multi-pattern pass over 'text' (Polars)"
    assert how(WIN, LINK, FREE) == "with 2 others in one multi-pattern pass over 'text' (Polars)"
    title = wl.keyword_lf("win", 1, "title", column="title")
    assert how(title, WIN, LINK) == "in one multi-pattern pass over 'title' (Polars)"


def test_why_python_is_asked():
    assert how(LINK) == (
        "in one multi-pattern pass over 'text' (Polars) for 'http://' or 'https://', "
        "then RE2 (pyarrow) where that is found"
    )
    assert how(FREE).endswith(
        "(Polars), then Python re where a keyword is found, since case counts"
    )
    assert how(DIGITS) == (
        "RE2 (pyarrow) on every distinct text: no literal must be there to look for first"
    )
    assert how(wl.regex_lf(r"(.)\1{4}", 1, "stretched")) == (
        "Python re on every distinct text: no literal must be there to look for first"
    )


def test_many_literals_are_not_all_listed():
    lf = wl.regex_lf(r"(?:one|two|three|four|five)\d", 1, "n")
    assert "for 'five' or 'four' or 'one' or 2 more, then" in how(lf)


@pytest.mark.parametrize(
    ("lf", "words"),
    [
        (short, "row by row"),
        (many, "row by row, after 'tokens' ran once for each item"),
        (wl.lookup_lf(["a"], 1), "whole column, each distinct value looked up once"),
        (wl.threshold_lf("n", 1, above=1), "whole column at once where it holds numbers"),
        (wl.expression_lf("n > 1", 1), "whole columns at once where they hold numbers"),
        (wl.batch_lf(len, "text"), "whole columns at once, in chunks of items"),
        (wl.model_lf(len, batch_size=7), "in batches of 7 items"),
    ],
)
def test_other_kinds(lf, words):
    assert how(lf).startswith(words)


def test_shared_preprocessors_are_counted():
    assert (
        how(many, few) == "row by row, after 'tokens' (shared with 1 other) ran once for each item"
    )
    assert plan([many, few])["few"].is_shared


def test_where_functions_run_is_said():
    lfs = [WIN, LINK, short, many, wl.model_lf(len, name="m", batch_size=7)]
    where = dict.fromkeys(("link", "short", "many"), "in 2 worker processes")
    where["m"] = "in a worker process of its own"
    found = plan_of(lfs, None, where)
    assert [entry.how for entry in found.functions] == [
        "in one multi-pattern pass over 'text' (Polars)",  # alone, since the pattern is elsewhere
        "by itself on pieces of the items, in 2 worker processes",
        "row by row, in 2 worker processes",
        "row by row, after 'tokens' ran once for each item, in 2 worker processes",
        "in batches of 7 items, in a worker process of its own",
    ]
    assert not any(entry.is_shared for entry in found.functions)


def test_many_keywords_cost_no_more_than_one(monkeypatch):
    asked = []
    monkeypatch.setitem(plan.__globals__, "needles_of", lambda rule: asked.append(1))
    lf = wl.keyword_lf([f"word{i}" for i in range(1000)], 1, "words")
    assert how(lf, WIN) == "with 1 other in one multi-pattern pass over 'text' (Polars)"
    assert asked == []


def test_entries_say_what_is_read():
    entry = plan([many, LINK])["many"]
    assert (entry.kind, entry.reads, entry.is_shared) == ("row", ("tokens",), False)


def test_repr_has_a_line_for_each():
    found = plan([WIN, short])
    assert len(found) == 2
    assert repr(found).splitlines() == [
        "Plan(2 labeling functions, 0 of them in shared passes)",
        "  win    in one multi-pattern pass over 'text' (Polars)",
        "  short  row by row",
    ]


def test_html_is_escaped():
    lf = wl.regex_lf(r"<script>\d", 1, "<b>")
    html = plan(lf)._repr_html_()
    assert "<script>" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;" in html


def test_size_of_the_items_counts(monkeypatch):
    asked = []
    found = lambda n: asked.append(n) or "ahocorasick"  # noqa: E731 - short
    monkeypatch.setitem(plan.__globals__, "search_engine_for", found)
    assert how(WIN, items=["win", "x" * 1000]).endswith("(pyahocorasick)")
    assert asked[-1] > 1000
    assert how(WIN, items=["x" * 100] * 100_000)
    assert 100 * 65_536 < asked[-1] < 100 * 100_000  # one chunk


def test_items_must_have_the_columns():
    with pytest.raises(ItemsError, match="'win' reads column 'text', the items have 'title'"):
        plan(WIN, {"title": ["a"]})


def test_names_must_differ():
    with pytest.raises(ParameterError, match=re.escape("lfs[0] and lfs[1] are both named 'win'")):
        plan([WIN, WIN])
    with pytest.raises(ParameterError, match="lfs is empty"):
        plan([])


def test_unknown_name_is_a_key_error():
    with pytest.raises(KeyError):
        plan(WIN)["lose"]
