"""How counts, shares and lists are said."""

from weaklabel.review.quality._phrases import counted, listed, percent


def test_shares_are_whole_percents_and_unknown_ones_a_question_mark():
    assert [percent(x) for x in (0, 0.125, 0.876, 1, float("nan"))] == [
        "0 %",
        "12 %",
        "88 %",
        "100 %",
        "?",
    ]


def test_one_is_no_plural():
    assert [counted(n, "item") for n in (0, 1, 2)] == ["0 items", "1 item", "2 items"]


def test_a_long_list_says_how_much_more_there_is():
    assert listed(["a", "b"], 2) == "a, b"
    assert listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"
