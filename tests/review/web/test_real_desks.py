"""The desks of one reviewer and of a team, behind the real application."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.core import LabelSchema, ReviewQueue
from weaklabel.review import DecisionStore
from weaklabel.review.desk._desk import ReviewDesk
from weaklabel.review.desk._images import ImageFolder
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.team._settings import TeamSettings
from weaklabel.review.team._team_desk import TeamDesk
from weaklabel.review.web import create_app

KEY = "0123456789abcdef"
LINK = "the-token-of-the-link"
PNG = b"\x89PNG\r\n\x1a\n and the rest"


def source(n=6):
    """Return a queue of comments, each with a picture; the proposal is always spam."""
    ids = list("abcdefghijkl")[:n]
    schema = LabelSchema(["ham", "spam"])
    posterior = np.tile([0.3, 0.7], (n, 1))
    queue = ReviewQueue(ids, ["error"] * n, range(n), [["why"]] * n, posterior, schema)
    paths = ["ok.png", "../secret.png", "/etc/passwd", "a.svg", "http://x.example/a.png", "\x00"]
    items = [
        {"item_id": i, "text": f"text of {i}", "picture": paths[k % 6]} for k, i in enumerate(ids)
    ]
    return SessionSource.of_arguments(
        queue, items, None, columns=["text", "picture"], image_columns=["picture"]
    )


@pytest.fixture
def store(tmp_path):
    store = DecisionStore(tmp_path / "log.sqlite")
    yield store
    store.close()


@pytest.fixture
def images(tmp_path):
    """Return a folder with a picture, and beside it one that nobody may see."""
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "ok.png").write_bytes(PNG)
    (tmp_path / "pictures" / "a.svg").write_bytes(b"<svg xmlns='x'><script>1</script></svg>")
    (tmp_path / "secret.png").write_bytes(PNG)
    return ImageFolder(tmp_path / "pictures")


@pytest.fixture
def ann(store, images, make_browser):
    """Return the browser of the one reviewer."""
    desk = ReviewDesk(source(), store, reviewer="ann", title="Mail", images=images)
    app = create_app(desk, secret=b"x" * 32, start_token=LINK, reviewer="ann")
    browser = make_browser(app)
    browser.get(f"/?token={LINK}")
    return browser


@pytest.fixture
def team_desk(store, clock):
    return TeamDesk(source(12), store, TeamSettings(), title="Mail", clock=clock)


@pytest.fixture
def sign_in(team_desk, make_browser):
    """Return a function that signs in with a token, and returns the browser and the answer."""
    app = create_app(team_desk, secret=b"x" * 32)

    def by(token):
        browser = make_browser(app)
        return browser, browser.post("/login", {"token": token})

    return by


# One reviewer


def test_an_answer_is_stored_under_the_reviewers_name(ann, store):
    reply = ann.post("/api/message", {"do": "answer", "label": "ham", "key": KEY}).json()
    assert reply["ok"] is True
    assert reply["screen"]["item"]["item_id"] == "b"
    assert [(d.item_id, d.label, d.reviewer) for d in store.log()] == [("a", "ham", "ann")]


def test_an_answer_that_is_sent_twice_is_stored_once(ann, store):
    message = {"do": "answer", "label": "ham", "key": KEY, "item_id": "a"}
    first, second = (ann.post("/api/message", message).json() for _ in range(2))
    assert first["ok"] is second["ok"] is True
    assert len(store.log()) == 1


def test_the_dashboard_is_not_for_one_reviewer(ann):
    answer = ann.get("/api/dashboard")
    assert (answer.status, answer.code) == (403, "forbidden")


def test_only_pictures_inside_the_folder_are_sent(ann):
    assert ann.get("/images?item=a&column=picture").body == PNG
    for item in "bcdef":
        answer = ann.get(f"/images?item={item}&column=picture")
        assert (answer.status, answer.code) == (404, "not_found")
        assert PNG not in answer.body
        assert b"secret" not in answer.body.replace(b"../secret.png", b"")
    for query in ("item=a&column=text", "item=nothing&column=picture", "item=a&column=%00"):
        assert ann.get(f"/images?{query}").status == 404


WORDS = st.sampled_from(["open", "answer", "goto", "text", "search", "group", "image", "flag"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(["key", "item_id", "label", "seconds", "text", "field", "start", "on"])
MESSAGES = ANYTHING | st.builds(
    lambda do, rest: {"do": do, **rest}, WORDS, st.dictionaries(FIELDS, ANYTHING, max_size=4)
)


def test_no_message_makes_the_server_fail_or_stores_what_was_not_asked(ann, store):
    @settings(max_examples=150)
    @given(MESSAGES)
    def holds(message):
        answer = ann.post("/api/message", json.dumps(message, allow_nan=True).encode())
        assert answer.status in (200, 400)
        reply = answer.json()
        assert reply["ok"] is True or reply["error"]["code"] != "internal"

    holds()
    assert {d.item_id for d in store.log()} <= set("abcdef")
    store.verify()


# A team


def test_each_answers_under_their_own_name_whatever_they_say(team_desk, sign_in, store):
    tokens = {name: team_desk.reviewers.add(name) for name in ("ann", "bob")}
    for name, token in tokens.items():
        browser, answer = sign_in(token)
        assert answer.json() == {"ok": True, "reviewer": name}
        reply = browser.post("/api/message", {"do": "accept", "key": f"{name}-{KEY}"}).json()
        assert reply["ok"] is True, reply
        forged = browser.post("/api/message", {"do": "accept", "reviewer": "eve"}).json()
        assert forged["error"]["code"] == "invalid"
    stored = [(d.reviewer, d.item_id) for d in store.log()]
    assert [name for name, _ in stored] == ["ann", "bob"]
    assert len({item for _, item in stored}) == 2


@pytest.mark.parametrize("change", ["revoke", "rotate"])
def test_who_is_revoked_is_out_within_a_second(team_desk, sign_in, clock, change):
    token = team_desk.reviewers.add("ann")
    browser, _ = sign_in(token)
    assert browser.post("/api/message", {"do": "open"}).status == 200
    getattr(team_desk.reviewers, change)("ann")
    clock.now += 1.0
    assert browser.post("/api/message", {"do": "open"}).code == "unauthenticated"
    assert sign_in(token)[1].status == 401


def test_a_new_token_lets_in_again(team_desk, sign_in, clock):
    team_desk.reviewers.add("ann")
    new = team_desk.reviewers.rotate("ann")
    clock.now += 1.0
    browser, _ = sign_in(new)
    assert browser.post("/api/message", {"do": "open"}).json()["ok"] is True


def test_the_figures_are_for_leads(team_desk, sign_in):
    tokens = team_desk.reviewers.add("lea", "lead"), team_desk.reviewers.add("ann")
    (lea, _), (ann, _) = map(sign_in, tokens)
    figures = lea.get("/api/dashboard")
    assert figures.status == 200
    assert figures.json()["title"] == "Mail"
    assert (ann.get("/api/dashboard").status, ann.get("/api/dashboard").code) == (403, "forbidden")


@pytest.mark.parametrize("token", ["ann", "' OR 1=1 --", "\x00", "x" * 200, "\N{SNOWMAN}"])
def test_what_is_no_token_lets_nobody_in(team_desk, sign_in, token):
    team_desk.reviewers.add("ann")
    _, answer = sign_in(token)
    assert (answer.status, answer.code) == (401, "unauthenticated")
