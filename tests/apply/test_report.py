"""ApplyReport: readable, escaped."""

from weaklabel.apply import ApplyReport
from weaklabel.core import VoteMatrix

VOTES = VoteMatrix.from_array([[0, 1], [1, -1]], ["ham", "spam"], ["a", "<b>"])
REPORT = ApplyReport(
    VOTES,
    {"a": 0.5, "<b>": 0.25},
    {"a": 0, "<b>": 1},
    ("<b>",),
    {"<b>": "ValueError on item '1': <i>"},
    {"tokens": 0.25},
)


def test_repr_sums_up():
    assert repr(REPORT) == (
        "ApplyReport(2 items x 2 labeling functions in 1.00 s, 1 recomputed, 1 failures)"
    )


def test_html_is_escaped():
    html = REPORT._repr_html_()
    assert "<b>" not in html
    assert "<i>" not in html
    assert "from the cache" in html
