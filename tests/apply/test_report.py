"""ApplyReport: readable, escaped."""

from dataclasses import replace

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
    how={"a": "from the cache", "<b>": "for '<u>' in one pass"},
)


def test_repr_sums_up():
    assert repr(REPORT).splitlines() == [
        "ApplyReport(2 items x 2 labeling functions in 1.00 s, 1 recomputed, 1 failures)",
        "  a    from the cache",
        "  <b>  for '<u>' in one pass",
    ]
    assert len(repr(replace(REPORT, how={})).splitlines()) == 1


def test_html_is_escaped():
    html = REPORT._repr_html_()
    assert "<b>" not in html
    assert "<i>" not in html
    assert "<u>" not in html
    assert html.count("from the cache") == 2
    assert "for &#x27;&lt;u&gt;&#x27; in one pass" in html
