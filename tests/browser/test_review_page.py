"""The review in a real browser, with the real server and store: alone, as a team, under attack."""

import os
import re
import struct
import time
import zlib
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("starlette", reason="the extra 'review' is missing")

import weaklabel as wl
from weaklabel.core import LabelSchema, ReviewQueue
from weaklabel.examples import load_spam
from weaklabel.lf import keyword_lf, regex_lf
from weaklabel.review import DecisionStore
from weaklabel.review.desk._desk import ReviewDesk
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.team import Reviewers, TeamDesk, TeamSettings
from weaklabel.review.web import create_app, serving, start_token
from weaklabel.testing import hostile_texts

SECRET = bytes(range(32))
LFS = [
    keyword_lf(["subscribe", "my channel", "giveaway", "follow me"], "spam", name="promotion"),
    regex_lf(r"https?://\S+|www\.\S+", "spam", name="link"),
    keyword_lf(["love", "voice", "lyrics", "song", "beautiful"], "ham", name="about_music"),
]
GUIDELINES = (
    "Spam is what wants the reader to go somewhere else: a channel, a shop, a giveaway.\n\n"
    "Praise and small talk are ham, also where they are silly."
)


def comments_source(n_items: int = 40, **arguments: object) -> SessionSource:
    """Return a queue of embedded comments, with votes, near-duplicates and guidelines."""
    comments = load_spam()
    votes = wl.apply(LFS, comments.items, schema=["ham", "spam"])
    soft = wl.MajorityVote().fit(votes).soft_labels(votes)
    # Those on which most functions vote come first: they show most.
    chosen = np.argsort(-(votes.codes >= 0).sum(axis=1), kind="stable")[:n_items]
    ids = votes.item_ids[chosen].tolist()
    strata = ["random" if n % 10 == 9 else "error" for n in range(n_items)]
    reasons = [
        ["label model undecided: ham 0.50, spam 0.50", "an answer is expected to correct 3 labels"]
        for _ in range(n_items)
    ]
    posterior = soft.posterior[chosen] * 0.8 + 0.1
    queue = ReviewQueue(ids, strata, range(n_items), reasons, posterior, votes.schema)
    groups = np.arange(len(votes.item_ids))
    groups[chosen[:4]] = chosen[0]
    given = {"blind": ["random"], "guidelines": GUIDELINES, "groups": groups, "matches": LFS}
    precision = {"promotion": 0.93, "link": 0.88, "about_music": 0.81}
    return SessionSource.of_arguments(
        queue, comments.items, votes, precision=precision, **{**given, **arguments}
    )


def texts_source(texts: dict[str, str]) -> SessionSource:
    """Return a queue of texts by name, each also as column name, class, function and reason."""
    names = list(texts)
    schema = LabelSchema(["ham", "<b>spam</b>\u202e"])
    n = len(names)
    posterior = np.tile([0.4, 0.6], (n, 1))
    reasons = [
        [texts[name][:500] or "-", "</ul><script>window.weaklabel_canary=1</script>"]
        for name in names
    ]
    queue = ReviewQueue(names, ["<i>error</i>"] * n, range(n), reasons, posterior, schema)
    items = [
        {
            "item_id": name,
            "text": texts[name],
            "<script>x</script>": texts[name][:2000],
            "note": name,
        }
        for name in names
    ]
    votes = wl.VoteMatrix(
        np.tile([0, 1], (n, 1)),
        names,
        ['"><img src=x onerror=alert(1)>', "javascript:alert(1)"],
        schema,
    )
    return SessionSource.of_arguments(
        queue, items, votes, groups=np.zeros(n, dtype=int), guidelines=texts["script tag"]
    )


@contextmanager
def alone(folder: Path, source: SessionSource, *, port: int = 0, **arguments: object):
    """Serve one reviewer, and yield (address with its token, store)."""
    store = DecisionStore(folder / "decisions.sqlite")
    desk = ReviewDesk(source, store, reviewer="ann", title="YouTube comments", **arguments)
    app = create_app(desk, secret=SECRET, start_token=start_token(SECRET), reviewer="ann")
    with serving(app, port=port) as url:
        yield url, store
    desk.close()
    store.close()


@contextmanager
def team(
    folder: Path,
    source: SessionSource,
    people: dict[str, str],
    clock: Callable[[], float] = time.time,
    **settings: object,
):
    """Serve a team of name -> role, and yield (address, store, name -> token)."""
    store = DecisionStore(folder / "decisions.sqlite")
    tokens = {name: Reviewers(store).add(name, role) for name, role in people.items()}
    desk = TeamDesk(source, store, TeamSettings(**settings), title="YouTube comments", clock=clock)
    with serving(create_app(desk, secret=SECRET)) as url:
        yield url, store, tokens
    desk.close()
    store.close()


def answers(store: DecisionStore) -> dict[str, str | None]:
    """Return what stands of everybody, by item."""
    return {decision.item_id: decision.label for decision in store.log().standing}


def opened(page):
    """Wait until an item is on the screen."""
    page.wait_for_selector(".wl-place")
    return page


def shown_id(page):
    """Return the id of the item on the screen."""
    return page.locator(".wl-id bdi").first.text_content()


def press(page, *keys):
    """Press keys that answer, each when the item before it has gone."""
    for key in keys:
        before = page.locator(".wl-place").text_content()
        page.keyboard.press(key)
        page.wait_for_function(
            "before => document.querySelector('.wl-place')?.textContent !== before", arg=before
        )


def saved(page):
    """Wait until all that was answered is stored."""
    page.wait_for_selector(".weaklabel-review[data-pending='0']:has(.wl-saved)")


def signed_in(new_page, url, token):
    """Return a page of a reviewer who signed in with a token."""
    page = new_page(url)
    page.fill("#token", token)
    page.keyboard.press("Enter")
    return opened(page)


def serious(page):
    """Return what axe finds serious or critical."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page).response["violations"]
    return [
        (v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")
    ]


# One reviewer


def test_a_whole_review_by_keyboard_alone(tmp_path, new_page):
    source = comments_source(12)
    with alone(tmp_path, source) as (url, store):
        page = opened(new_page(url))
        first = shown_id(page)
        press(page, "1", "a", "x", "Space")
        page.keyboard.press("f")
        page.keyboard.press("c")
        page.keyboard.type("1 a u: is this an ad?")
        page.keyboard.press("Control+Enter")
        page.keyboard.press("r")
        page.keyboard.press("2")
        press(page, "2")
        page.keyboard.press("e")
        page.keyboard.type("ask somebody")
        page.keyboard.press("Enter")
        for _ in range(6):
            page.wait_for_selector(".wl-place")
            page.keyboard.press("1")
        page.wait_for_selector("h2:text-is('All done')")
        saved(page)
        log = store.log()
        assert store.verify() == log.head_hash
    standing = {decision.item_id: decision for decision in log.standing}
    assert next(iter(standing)) == first
    assert len(standing) == 11
    (remarked,) = [d for d in standing.values() if d.comment]
    assert (remarked.comment, remarked.cause) == ("1 a u: is this an ad?", "ambiguous item")
    assert log.flagged() == (remarked.item_id,)
    assert [d.comment for d in log.escalated()] == ["ask somebody"]
    assert all(d.shown is not None and d.seconds is not None and d.key for d in standing.values())


def test_the_proposal_of_a_random_item_is_not_even_sent(tmp_path, new_page):
    with alone(tmp_path, comments_source(10)) as (url, _):
        replies = []
        page = opened(new_page(url))
        page.on("response", lambda r: replies.append(r) if "/api/" in r.url else None)
        press(page, *["1"] * 9)
        saved(page)
        assert page.locator(".wl-proposed, .wl-votes li").count() == 0
        blind = [
            item
            for reply in replies
            for item in [reply.json()["screen"]["item"], *reply.json()["screen"]["ahead"]]
            if item and item["stratum"] == "random"
        ]
        assert blind
        assert all(
            i["proposed"] is None and not (i["probabilities"] or i["votes"] or i["reasons"])
            for i in blind
        )


def test_undo_goes_back_over_a_reload(tmp_path, new_page):
    with alone(tmp_path, comments_source(8)) as (url, store):
        page = opened(new_page(url))
        ids = []
        for _ in range(3):
            ids.append(shown_id(page))
            press(page, "1")
        saved(page)
        here = shown_id(page)
        page.reload()
        opened(page)
        assert shown_id(page) == here
        for item_id in reversed(ids):
            page.keyboard.press("u")
            page.wait_for_selector(f".wl-id bdi:text-is('{item_id}')")
        saved(page)
        assert answers(store) == {}
        assert len(store.log()) == 6


def test_a_group_is_answered_and_undone_as_a_whole(tmp_path, new_page):
    with alone(tmp_path, comments_source(12)) as (url, store):
        page = opened(new_page(url))
        page.keyboard.press("g")
        page.wait_for_selector("dialog .wl-members li")
        n_members = page.locator("dialog .wl-members li").count()
        page.keyboard.press("2")
        page.keyboard.press("Enter")
        page.wait_for_selector("dialog", state="detached")
        saved(page)
        assert n_members == 3
        assert sorted(answers(store).values()) == ["spam"] * 4
        page.keyboard.press("u")
        page.wait_for_selector(".wl-place:has-text('1 of 12')")
        saved(page)
        assert answers(store) == {}


def test_offline_and_back_each_answer_is_stored_once(tmp_path, new_page, watched):
    watched.allow("Failed to load resource")
    with alone(tmp_path, comments_source(12)) as (url, store):
        page = opened(new_page(url))
        press(page, "1")
        saved(page)
        page.context.set_offline(True)
        press(page, "2", "1", "Space")
        page.wait_for_selector(".wl-trouble:has-text('3 answers waiting')")
        page.context.set_offline(False)
        saved(page)
        assert list(answers(store).values()) == ["ham", "spam", "ham", None]
        assert len(store.log()) == 4


def test_the_tab_goes_on_when_the_server_was_gone(tmp_path, new_page, watched):
    watched.allow("Failed to load resource")
    source = comments_source(12)
    with alone(tmp_path, source) as (url, store):
        page = opened(new_page(url))
        press(page, "1")
        saved(page)
    port = int(re.search(r":(\d+)/", url)[1])
    press(page, "2", "1")
    page.wait_for_selector(".wl-trouble:has-text('2 answers waiting')")
    with alone(tmp_path, source, port=port) as (_, store):
        page.get_by_role("button", name="Try now").click()
        saved(page)
        assert list(answers(store).values()) == ["ham", "spam", "ham"]
        press(page, "2")
        saved(page)
        assert len(store.log()) == 4


def test_a_change_of_the_guidelines_is_announced_and_stored(tmp_path, new_page):
    from weaklabel.review.session._guidelines import Guidelines

    now = [Guidelines.of(("Praise is ham.", "1"))]
    with alone(tmp_path, comments_source(8), guidelines=lambda: now[0]) as (url, store):
        page = opened(new_page(url))
        press(page, "1")
        now[0] = Guidelines.of(("Praise is ham. Links are spam.", "2"))
        press(page, "1")
        page.wait_for_selector("text=The guidelines changed: version 2")
        page.keyboard.press("i")
        page.wait_for_selector(".wl-guidelines-text:has-text('Links are spam.')")
        press(page, "1")
        saved(page)
        assert [d.shown["guidelines"] for d in store.log()][::2] == ["1", "2"]


# A team


def test_two_reviewers_overlap_blind_and_an_expert_settles(tmp_path, new_page):
    people = {"ann": "reviewer", "bob": "reviewer", "eva": "expert"}
    with team(tmp_path, comments_source(4, groups=None), people, n_answers=(2, 2)) as (
        url,
        store,
        tokens,
    ):
        ann = signed_in(new_page, url, tokens["ann"])
        for key in "1111":
            ann.wait_for_selector(".wl-place")
            ann.keyboard.press(key)
        saved(ann)
        bob = signed_in(new_page, url, tokens["bob"])
        assert bob.locator(".wl-proposed").count() == 0  # a second answer is given blind
        differs = shown_id(bob)
        for key in "2111":
            bob.wait_for_selector(".wl-place")
            bob.keyboard.press(key)
        saved(bob)
        assert store.log().disputed() == (differs,)
        eva = signed_in(new_page, url, tokens["eva"])
        assert shown_id(eva) == differs
        said = eva.locator(".weaklabel-review").text_content()
        assert "ann" in said
        assert "bob" in said
        eva.keyboard.press("2")
        saved(eva)
        log = store.log()
    assert log.disputed() == ()
    assert log.agreed()[differs].label == "spam"
    assert all(d.blind for d in log if d.reviewer == "bob")
    assert log.decisions[-1].stratum == "adjudication"


def test_two_reviewers_at_once_never_see_the_same_item(tmp_path, new_page):
    people = {"ann": "reviewer", "bob": "reviewer"}
    with team(tmp_path, comments_source(20, groups=None), people, batch=3) as (url, store, tokens):
        pages = [signed_in(new_page, url, tokens[name]) for name in people]
        for _ in range(10):
            for page in pages:
                page.wait_for_selector(".wl-place, h2:text-is('All done')")
                if page.locator(".wl-place").count():
                    page.keyboard.press("1")
        for page in pages:
            saved(page)
        log = store.log()
    assert len({d.item_id for d in log}) == len(log) == 20


def test_who_is_revoked_is_out_at_the_next_key(tmp_path, new_page, watched):
    watched.allow("Failed to load resource")
    ahead = [0.0]  # a desk looks once a second who may work: the test goes ahead of the clock
    source = comments_source(8)
    with team(tmp_path, source, {"ann": "reviewer"}, lambda: time.time() + ahead[0]) as served:
        url, store, tokens = served
        page = signed_in(new_page, url, tokens["ann"])
        press(page, "1")
        saved(page)
        Reviewers(store).revoke("ann")
        ahead[0] += 2.0
        with page.expect_navigation(url=re.compile("/login")):
            page.keyboard.press("1")
        assert len(store.log()) == 1


# Hostile data


def test_nothing_in_the_data_runs_or_breaks_the_page(tmp_path, new_page):
    texts = hostile_texts(n_long=10_000_000)
    with alone(tmp_path, texts_source(texts)) as (url, store):
        page = opened(new_page(url))
        dialogs = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        seen = []
        for n in range(len(texts)):
            page.wait_for_selector(f".wl-place:has-text('{n + 1} of {len(texts)}')")
            seen.append(shown_id(page))
            assert page.evaluate("window.weaklabel_canary === undefined")
            assert (
                page.locator(
                    "main script, main iframe, main img, main base, main meta, main form, main style, main svg[onload]"
                ).count()
                == 0
            )
            page.keyboard.press("i" if n == 0 else "n")
            page.keyboard.press("1")
        page.wait_for_selector("h2:text-is('All done')")
        saved(page)
        assert dialogs == []
        assert sorted(seen) == sorted(texts)
        assert len(store.log().standing) == len(texts)


def test_a_text_of_ten_million_characters_is_unfolded_in_parts(tmp_path, new_page):
    with alone(tmp_path, texts_source({"script tag": "x", "long line": "x" * 10_000_000})) as (
        url,
        _,
    ):
        page = opened(new_page(url))
        press(page, "1")
        text = page.locator(".wl-text").first
        before = len(text.text_content())
        page.get_by_role("button", name=re.compile("more|all", re.I)).first.click()
        page.wait_for_function(
            "n => document.querySelector('.wl-text').textContent.length > n", arg=before
        )
        page.keyboard.press("2")
        page.wait_for_selector("h2:text-is('All done')")


# Images


def png(width: int, height: int) -> bytes:
    """Return a picture of stripes."""
    rows = b"".join(
        b"\0" + bytes(v for x in range(width) for v in ((x * 2) % 256, (y * 2) % 256, 160))
        for y in range(height)
    )

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def test_an_image_is_shown_and_one_outside_its_folder_is_not(tmp_path, new_page, watched):
    from weaklabel.review.desk._images import ImageFolder

    watched.allow("Failed to load resource")
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "cat.png").write_bytes(png(120, 80))
    (tmp_path / "secret.png").write_bytes(png(10, 10))
    schema = LabelSchema(["cat", "dog"])
    queue = ReviewQueue(["a", "b"], ["error"] * 2, [1, 0], [["why"]] * 2, [[0.6, 0.4]] * 2, schema)
    items = [{"item_id": "a", "photo": "cat.png"}, {"item_id": "b", "photo": "../secret.png"}]
    source = SessionSource.of_arguments(queue, items, None, image_columns=["photo"])
    with alone(tmp_path, source, images=ImageFolder(folder)) as (url, _):
        page = opened(new_page(url))
        page.wait_for_function("document.querySelector('main img')?.naturalWidth === 120")
        press(page, "1")
        page.wait_for_function("!(document.querySelector('main img')?.naturalWidth > 0)")
        assert shown_id(page) == "b"


# What it looks like


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(tmp_path, new_page, scheme):
    with alone(tmp_path, comments_source(8)) as (url, _):
        page = opened(new_page(url, color_scheme=scheme))
        assert serious(page) == []
        for key in ("?", "i", "g"):
            page.keyboard.press(key)
            page.wait_for_timeout(0)
            assert serious(page) == []
            page.keyboard.press("Escape")


def test_a_phone_shows_all_without_scrolling_sideways(tmp_path, new_page):
    with alone(tmp_path, comments_source(8)) as (url, store):
        page = opened(
            new_page(url, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        # The title keeps to words: nothing in the head is squeezed into a column of letters.
        assert page.locator(".wl-title").bounding_box()["width"] > 100
        assert page.locator(".wl-head").bounding_box()["height"] < 120
        page.locator(".wl-class").nth(1).tap()
        page.wait_for_selector(".wl-place:has-text('2 of 8')")
        saved(page)
        assert list(answers(store).values()) == ["spam"]


def slowly(page):
    """Let the page believe that each item took some seconds, as with a person."""
    page.evaluate(
        """() => {
          const now = performance.now.bind(performance);
          window.thought = 0;
          performance.now = () => now() + window.thought;
        }"""
    )
    return page


def thinks(page, key):
    """Press a key after some seconds."""
    page.wait_for_selector(".wl-place, h2:text-is('All done')")
    if page.locator(".wl-place").count():
        page.evaluate("window.thought += 2600 + (window.thought * 7919) % 2300")
        page.keyboard.press(key)


def right_key(page):
    """Return the key of the class that a person would choose."""
    text = page.locator(".wl-text").first.text_content() if page.locator(".wl-text").count() else ""
    return "2" if re.search(r"http|www|channel|subscribe|giveaway|follow", text, re.I) else "1"


def test_screenshots_of_the_main_states(tmp_path, new_page):
    """Written to docs/images where WEAKLABEL_SCREENSHOTS says so: `make screenshots`."""
    folder = Path(os.environ.get("WEAKLABEL_SCREENSHOTS") or tmp_path / "shots")
    folder.mkdir(parents=True, exist_ok=True)

    def shoot(page, name):
        page.screenshot(path=folder / f"{name}.png")
        assert (folder / f"{name}.png").stat().st_size > 10_000

    screen = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"}
    words = "98 % of the labels are right (94 to 100 %, by 50 random answers)."
    with alone(tmp_path, comments_source(40), estimate=lambda: words) as (url, _):
        page = slowly(opened(new_page(url, **screen)))
        for _ in range(6):
            thinks(page, right_key(page))
        saved(page)
        shoot(page, "review")
        page.keyboard.press("?")
        page.wait_for_selector("dialog[open]")
        shoot(page, "review-keys")
        page.keyboard.press("Escape")
        for _ in range(3):
            thinks(page, right_key(page))
        saved(page)
        page.wait_for_selector(".wl-place:has-text('10 of 40')")
        shoot(page, "review-blind")
        dark = opened(new_page(url, color_scheme="dark", **screen))
        dark.keyboard.press("i")
        dark.wait_for_selector("text=giveaway")
        shoot(dark, "review-dark")
        phone = opened(new_page(url, viewport={"width": 390, "height": 780}, device_scale_factor=2))
        shoot(phone, "review-phone")
    people = {"ann": "lead", "bob": "reviewer", "cleo": "reviewer", "eva": "expert"}
    (tmp_path / "team").mkdir()
    source = comments_source(60, groups=None)
    with team(tmp_path / "team", source, people, n_answers=(2, 2)) as (url, _, tokens):
        pages = {n: slowly(signed_in(new_page, url, tokens[n])) for n in ("ann", "bob", "cleo")}
        for n in range(36):
            for name, page in pages.items():
                key = right_key(page)
                is_wrong = (n, name) in ((5, "bob"), (17, "bob"), (23, "cleo"), (31, "bob"))
                thinks(page, key if not is_wrong else "12".replace(key, ""))
        for page in pages.values():
            saved(page)
        lead = pages["ann"]
        lead.set_viewport_size({"width": 1280, "height": 1000})
        lead.goto(f"{url}dashboard")
        lead.wait_for_selector("table")
        shoot(lead, "dashboard")
        expert = signed_in(new_page, url, tokens["eva"])
        expert.wait_for_selector(".wl-others")
        shoot(expert, "adjudication")
