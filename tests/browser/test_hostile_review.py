"""Hostile texts wherever a string comes in, and a store that fails, on the real pages of a team."""

import contextlib
import sqlite3
from contextlib import contextmanager

import numpy as np
import pytest

pytest.importorskip("starlette", reason="the extra 'review' is missing")

import weaklabel as wl
from weaklabel.core import LabelSchema, ReviewQueue
from weaklabel.review import DecisionStore
from weaklabel.review.desk._images import ImageFolder
from weaklabel.review.session._guidelines import Guidelines
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.team._reviewers import Reviewers
from weaklabel.review.team._settings import TeamSettings
from weaklabel.review.team._team_desk import TeamDesk
from weaklabel.review.web import create_app, serving
from weaklabel.testing import hostile_texts

SECRET = bytes(range(32))
#: Names that every object of JavaScript has already.
PROTOTYPE = ("__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "length")
TEXTS = {
    name: text
    for name, text in hostile_texts(n_long=3000).items()
    if name not in ("prototype", "deep markup")
}
MARKUP = (
    "script:not([src]), iframe, object, embed, base, meta[http-equiv], form[action], style, "
    "[onerror], [onload], [onfocus], [onmouseover], [ontoggle], a[href^='javascript:']"
)


def names(prefix):
    """Return all texts as names that differ, and those of every object."""
    return [*PROTOTYPE, *(f"{text[:1000]} {prefix}" for text in TEXTS.values())]


def hostile_source(n_classes=None):
    """Return a queue in which every string attacks: ids, columns, classes, functions and the rest."""
    ids, classes, functions = names("id"), names("class")[:n_classes], names("function")
    n, k = len(ids), len(classes)
    posterior = np.full((n, k), 1 / k)
    columns = names("column")
    items = []
    for row, item_id in enumerate(ids):
        fields = dict.fromkeys(columns, f"{columns[(row + 7) % n]} value")
        items.append({"item_id": item_id, "text": columns[row], **fields})
    strata = [f"{columns[row]} stratum" for row in range(n)]
    reasons = [[f"{column} reason" for column in columns[:5]] for _ in range(n)]
    schema = LabelSchema(classes)
    queue = ReviewQueue(ids, strata, range(n), reasons, posterior, schema)
    codes = np.array([[(row + j) % (k + 1) - 1 for j in range(n)] for row in range(n)])
    votes = wl.VoteMatrix(codes, ids, functions, schema)

    def matches(fields):
        n = len(fields["text"])
        return [("text", 0, n, functions[0]), ("text", n // 2, n, functions[1])]

    return SessionSource.of_arguments(
        queue,
        items,
        votes,
        groups=np.zeros(n, dtype=int),
        guidelines=("\n".join(TEXTS.values()), columns[8]),
        lf_versions=dict.fromkeys(functions, columns[9][:90]),
        precision=dict.fromkeys(functions, 0.5),
        matches=matches,
    )


@contextmanager
def served(folder, source, people, **settings):
    """Serve a team, and yield (address, store, desk, name -> token)."""
    store = DecisionStore(folder / "log.sqlite")
    tokens = {name: Reviewers(store).add(name, role) for name, role in people.items()}
    desk = TeamDesk(
        source,
        store,
        TeamSettings(**settings),
        title="".join(TEXTS["script tag"] + TEXTS["end of attribute"]),
        guidelines=lambda: Guidelines.of(("\n".join(TEXTS.values()), TEXTS["event handler"])),
        estimate=lambda: TEXTS["event handler"] + TEXTS["override direction"],
    )
    with serving(create_app(desk, secret=SECRET)) as url:
        yield url, store, desk, tokens
    store.close()


def signed_in(new_page, url, token):
    page = new_page(url)
    page.fill("#token", token)
    page.keyboard.press("Enter")
    page.wait_for_selector(".wl-place")
    return page


def check_harmless(page):
    """Assert that nothing of the data ran, became markup, or changed what all objects have."""
    assert page.evaluate("window.weaklabel_canary === undefined")
    found = page.locator("body").locator(MARKUP).evaluate_all("all => all.map((e) => e.outerHTML)")
    assert found == []
    assert page.evaluate("Object.keys(Object.prototype).length === 0 && ({}).answer === undefined")
    assert page.evaluate("typeof ({}).toString === 'function' && [].length === 0")


def stored(page):
    page.wait_for_selector(".weaklabel-review[data-pending='0']:has(.wl-saved)")


REVIEWERS = {
    "<img src=x onerror=window.weaklabel_canary=1>": "reviewer",
    "__proto__": "reviewer",
    '"><script>window.weaklabel_canary=1</script>': "expert",
    "constructor": "lead",
}


def test_names_of_all_kinds_attack_in_vain_on_every_screen(tmp_path, new_page):
    with served(tmp_path, hostile_source(), REVIEWERS, n_answers=(2, 2)) as (
        url,
        store,
        _,
        tokens,
    ):
        first, second, expert, lead = REVIEWERS
        page = signed_in(new_page, url, tokens[first])
        dialogs = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        said = {}
        for n in range(len(PROTOTYPE) + 6):
            page.wait_for_selector(f".wl-place:has-text('{n + 1} of')")
            item_id = page.locator(".wl-id bdi").first.text_content()
            check_harmless(page)
            for key in ("?", "/", "r", "e", "g"):  # each has a dialog of its own
                page.keyboard.press(key)
                check_harmless(page)
                page.keyboard.press("Escape")
            page.wait_for_selector(".weaklabel-review[aria-busy='false']")
            page.keyboard.press("Escape")
            page.keyboard.press("c")
            page.keyboard.insert_text(
                TEXTS["event handler"] + TEXTS["script tag that ends another"]
            )
            page.keyboard.press("Control+Enter")
            wrong = page.locator(".wl-wrong")
            if wrong.count():
                wrong.first.click()
            page.keyboard.press("f")
            page.keyboard.press("1" if n % 2 else "2")
            said[item_id] = n
        stored(page)
        log = store.log()
        answered = {d.item_id: d.label for d in log.standing}
        classes = names("class")
        assert set(PROTOTYPE) <= set(answered)
        assert all(
            answered[i] == classes[0 if n % 2 else 1] for i, n in said.items() if i in answered
        )
        assert log.wrong_functions()
        # The second one disagrees everywhere, so that the expert sees what both said.
        other = signed_in(new_page, url, tokens[second])
        for n in range(len(PROTOTYPE) + 6):
            other.wait_for_selector(f".wl-place:has-text('{n + 1} of')")
            check_harmless(other)
            other.keyboard.press("3")
        stored(other)
        judge = signed_in(new_page, url, tokens[expert])
        judge.wait_for_selector(".wl-others")
        check_harmless(judge)
        shown = judge.locator(".wl-others").text_content()
        assert first in shown
        assert second in shown
        assert TEXTS["event handler"] in shown
        figures = signed_in(new_page, url, tokens[lead])
        figures.goto(f"{url}dashboard")
        figures.wait_for_selector("table")
        check_harmless(figures)
        page_text = figures.locator("main").text_content()
        assert first in page_text
        assert dialogs == []


def test_a_picture_that_is_also_a_page_and_a_script_is_a_picture_alone(tmp_path, new_page, watched):
    """GIF89a=… is a program where a browser believes it, and the page in it would run."""
    watched.allow("Failed to load resource")
    watched.allow("MIME type")
    watched.allow("Content Security Policy")
    watched.allow("TrustedScriptURL")
    folder = tmp_path / "images"
    folder.mkdir()
    polyglot = (
        b"GIF89a=1;window.weaklabel_canary=1//<html><script>window.weaklabel_canary=1</script>"
    )
    (folder / "a.gif").write_bytes(polyglot)
    (folder / "b.png").write_bytes(
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>window.weaklabel_canary=1</script></svg>"
    )
    paths = ["a.gif", "b.png", "javascript:window.weaklabel_canary=1"]
    paths += ["data:text/html,<script>window.weaklabel_canary=1</script>", "/etc/passwd"]
    schema = LabelSchema(["ham", "spam"])
    n = len(paths)
    posterior = np.full((n, 2), 0.5)
    ids = [f"i{k}" for k in range(n)]
    queue = ReviewQueue(ids, ["error"] * n, range(n), [["why"]] * n, posterior, schema)
    items = [{"item_id": i, "photo": path} for i, path in zip(ids, paths, strict=True)]
    source = SessionSource.of_arguments(queue, items, None, image_columns=["photo"])
    store = DecisionStore(tmp_path / "log.sqlite")
    token = Reviewers(store).add("ann")
    desk = TeamDesk(source, store, TeamSettings(batch=9), images=ImageFolder(folder))
    with serving(create_app(desk, secret=SECRET)) as url:
        page = signed_in(new_page, url, token)
        for k in range(n):
            page.wait_for_selector(f".wl-place:has-text('{k + 1} of')")
            page.wait_for_selector(
                ".wl-image img" if k == 0 else ".wl-image:has-text('cannot be shown')"
            )
            assert (
                page.locator("main [href], main [src^='javascript'], main [src^='data']").count()
                == 0
            )
            page.keyboard.press("1")
        stored(page)
        # As a script it is refused, whoever were to ask for it in the page.
        outcome = page.evaluate(
            """() => new Promise((resolve) => {
                 const script = document.createElement("script");
                 script.onload = () => resolve("ran");
                 script.onerror = () => resolve("refused");
                 try { script.src = "/images?item=i0&column=photo"; } catch { resolve("refused"); }
                 document.head.append(script);
               })"""
        )
        assert outcome == "refused"
        page.goto(f"{url}images?item=i0&column=photo")
        assert page.evaluate("document.contentType") == "image/gif"
        assert page.evaluate("window.weaklabel_canary === undefined")
    store.close()


def test_the_page_keeps_an_answer_while_the_store_is_locked_and_sends_it_once(tmp_path, new_page):
    schema = LabelSchema(["ham", "spam"])
    ids = [f"i{k}" for k in range(12)]
    queue = ReviewQueue(
        ids, ["error"] * 12, range(12), [["why"]] * 12, np.full((12, 2), 0.5), schema
    )
    source = SessionSource.of_arguments(queue, [{"item_id": i, "text": i} for i in ids], None)
    path = tmp_path / "log.sqlite"
    store = DecisionStore(path, timeout_seconds=0.1)
    token = Reviewers(store).add("ann")
    desk = TeamDesk(source, store, TeamSettings())
    with serving(create_app(desk, secret=SECRET)) as url:
        page = signed_in(new_page, url, token)
        page.keyboard.press("1")
        stored(page)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            page.keyboard.press("2")
            page.wait_for_selector(".wl-trouble:has-text('1 answer waiting')")
            page.reload()  # what waits outlives it
            page.wait_for_selector(".weaklabel-review[data-pending='1']")
            assert len(store.log()) == 1
            other.execute("ROLLBACK")
        stored(page)
        page.wait_for_selector(".wl-place:has-text('3 of')")
        assert [(d.item_id, d.label) for d in store.log()] == [("i0", "ham"), ("i1", "spam")]
    store.close()
