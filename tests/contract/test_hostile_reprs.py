"""What a notebook shows of a noun is text, whatever the data say."""

from html.parser import HTMLParser

import pytest

import weaklabel as wl
from weaklabel.core import Decision, DecisionLog, LabelSchema, ReviewQueue, SoftLabels, as_items
from weaklabel.review import DecisionStore, ReviewSession, agreement, consensus, reviewer_quality
from weaklabel.testing import hostile_texts

AT = "2026-05-04T10:15:00+00:00"
#: Elements that a table of data is made of.
PLAIN = {
    "div", "p", "b", "i", "em", "strong", "code", "pre", "span", "br", "small", "details", "summary",
    "table", "thead", "tbody", "tr", "th", "td", "caption", "ul", "ol", "li", "h3", "h4",
}  # fmt: skip
#: A cell's output that is longer stalls a notebook.
MOST = 300_000
TEXTS = hostile_texts(n_long=200_000)


class Elements(HTMLParser):
    """Collects the elements and attributes that a browser would make."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes = set(), set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def shown_of(text, folder):
    """Yield (name, HTML) of each noun with `text` wherever a user or the data may put one."""
    named = text if text.strip() else f"{text}x"
    schema = LabelSchema([named, "other"])
    items = as_items({"item_id": [named, "b"], "text": [text, "plain"], named: [text, text]})
    votes = wl.VoteMatrix([[0, 1], [-1, 1]], [named, "b"], [named, "second"], schema)
    soft = SoftLabels([[0.4, 0.6], [0.5, 0.5]], [named, "b"], schema)
    queue = ReviewQueue([named], [named], [1.0], [[named]], [[0.4, 0.6]], schema)
    log = DecisionLog(
        Decision(item, label, who, AT, comment=text, stratum=text)
        for item, label, who in [
            (named, named, named),
            (named, "other", "bob"),
            ("b", "other", "bob"),
        ]
    )
    store = DecisionStore(folder / "log.sqlite")
    session = ReviewSession(queue, items, votes, store=store, reviewer=named)
    nouns = {
        "schema": schema, "items": items, "votes": votes, "soft labels": soft, "queue": queue,
        "log": log, "decision": log.decisions[0], "session": session, "item": session.current(),
        "agreement": agreement(log, schema, n_bootstrap=100), "consensus": consensus(log, schema),
        "quality": reviewer_quality(log, schema),
        "dataset": wl.build_dataset(items, soft, log, votes=votes),
    }  # fmt: skip
    for name, noun in nouns.items():
        yield name, noun._repr_html_()
    store.close()


@pytest.mark.parametrize("attack", sorted(TEXTS))
def test_no_noun_shows_data_as_markup(attack, tmp_path):
    for name, page in shown_of(TEXTS[attack], tmp_path):
        seen = Elements()
        seen.feed(page)
        assert seen.tags <= PLAIN, f"{name} makes {seen.tags - PLAIN}"
        assert not {a for a in seen.attributes if a.startswith("on")}, name
        assert not seen.attributes & {"src", "href", "srcdoc", "action", "formaction"}, name


@pytest.mark.parametrize(
    "attack", ["long line", "many lines", "deep markup", "long line of blanks"]
)
def test_no_noun_floods_the_notebook(attack, tmp_path):
    too_long = {n: len(page) for n, page in shown_of(TEXTS[attack], tmp_path) if len(page) > MOST}
    assert not too_long


def test_the_check_sees_markup():
    seen = Elements()
    seen.feed("<table><tr><td><img src=x onerror=y></td></tr></table>")
    assert not seen.tags <= PLAIN
    assert "onerror" in seen.attributes
