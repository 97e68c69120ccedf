"""The login page, and what a page of another origin can do to ours, in a real browser."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("starlette", reason="the extra 'review' is missing")

from weaklabel.core import LabelSchema, ReviewQueue
from weaklabel.review import DecisionStore
from weaklabel.review.desk._desk import ReviewDesk
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.team._settings import TeamSettings
from weaklabel.review.team._team_desk import TeamDesk
from weaklabel.review.web import create_app, serving, start_token

SECRET = bytes(range(32))
Pages = Callable[..., Any]


def source() -> SessionSource:
    schema = LabelSchema(["ham", "spam"])
    posterior = np.tile([0.3, 0.7], (3, 1))
    queue = ReviewQueue(["a", "b", "c"], ["error"] * 3, range(3), [["why"]] * 3, posterior, schema)
    items = [{"item_id": i, "text": f"text of {i}"} for i in "abc"]
    return SessionSource.of_arguments(queue, items, None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DecisionStore]:
    with closing(DecisionStore(tmp_path / "log.sqlite")) as store:
        yield store


@pytest.fixture
def team(store: DecisionStore) -> TeamDesk:
    return TeamDesk(source(), store, TeamSettings(), title="Mail")


@pytest.fixture
def token(team: TeamDesk) -> str:
    return team.reviewers.add("ann", "lead")


@pytest.fixture
def team_url(team: TeamDesk, token: str) -> Iterator[str]:
    """Return the address of a team's server."""
    with serving(create_app(team, secret=SECRET)) as url:
        yield url


@pytest.fixture
def solo_url(store: DecisionStore) -> Iterator[str]:
    """Return the link of the one reviewer, with its token."""
    desk = ReviewDesk(source(), store, reviewer="ann", title="Mail")
    app = create_app(desk, secret=SECRET, start_token=start_token(SECRET), reviewer="ann")
    with serving(app) as url:
        yield url


@contextmanager
def other_site(html: str) -> Iterator[str]:
    """Serve a page of somebody else, at another port of the same host."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


def sign_in(page: Any, token: str) -> None:
    page.get_by_label("Token").fill(token)
    page.keyboard.press("Enter")


def shows_review(page: Any) -> bool:
    page.get_by_text("text of a").first.wait_for()
    return bool(page.url.endswith("/"))


def test_a_token_opens_the_review(team_url: str, token: str, new_page: Pages) -> None:
    page = new_page(team_url)
    assert page.url == f"{team_url}login"
    sign_in(page, f" {token} ")
    assert shows_review(page)


def test_a_wrong_token_is_said_and_can_be_typed_anew(
    team_url: str, token: str, new_page: Pages, watched: Any
) -> None:
    watched.allow("401")
    page = new_page(team_url)
    sign_in(page, "wrong")
    page.get_by_role("alert").get_by_text("not known here").wait_for()
    page.keyboard.type(token)  # what was wrong is selected
    page.keyboard.press("Enter")
    assert shows_review(page)


def test_the_dashboard_opens_after_the_login_that_it_asked_for(
    team_url: str, token: str, new_page: Pages
) -> None:
    page = new_page(f"{team_url}dashboard")
    sign_in(page, token)
    page.get_by_role("heading", name="Dashboard").wait_for()


def test_nothing_but_our_own_pages_opens_after_a_login(
    team_url: str, token: str, new_page: Pages
) -> None:
    page = new_page(f"{team_url}login?to=//evil.example/")
    sign_in(page, token)
    assert shows_review(page)


def test_the_link_of_one_reviewer_leaves_no_token_in_the_address(
    solo_url: str, new_page: Pages
) -> None:
    page = new_page(solo_url)
    assert shows_review(page)
    assert "token" not in page.url
    assert page.evaluate("document.cookie") == ""


def test_a_link_on_another_site_opens_the_review(
    solo_url: str, new_page: Pages, watched: Any
) -> None:
    """A SameSite cookie is not sent after such a click; the login page finds that it is there."""
    watched.allow("request to another origin")
    with other_site(f'<a href="{solo_url}">review</a>') as url:
        # "localhost" is another site than "127.0.0.1", where another port is the same site.
        page = new_page(url.replace("127.0.0.1", "localhost"))
        page.get_by_text("review").click()
        assert shows_review(page)


def test_an_old_link_says_what_to_do(solo_url: str, new_page: Pages) -> None:
    page = new_page(solo_url[:-5])
    page.get_by_role("alert").get_by_text("no longer valid").wait_for()


def test_the_login_page_has_no_serious_flaw_for_those_who_do_not_see_it(
    team_url: str, new_page: Pages
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe")
    for scheme in ("light", "dark"):
        page = new_page(team_url, color_scheme=scheme, viewport={"width": 360, "height": 640})
        found = axe.Axe().run(page).response["violations"]
        assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


ATTACK = """
<form id="form" method="post" enctype="text/plain" action="{url}api/message" target="_blank">
<input name='{{"do": "accept", "x": "' value='"}}'></form>
<script>
const told = fetch("{url}api/message", {{method: "POST", mode: "no-cors", credentials: "include",
  body: '{{"do": "accept", "key": "0123456789abcdef"}}', headers: {{"Content-Type": "text/plain"}}}});
const json = fetch("{url}api/message", {{method: "POST", credentials: "include",
  body: '{{"do": "accept", "key": "0123456789abcdef"}}',
  headers: {{"Content-Type": "application/json"}}}}).then(() => "read", () => "refused");
const read = fetch("{url}api/session", {{credentials: "include"}}).then(() => "read", () => "refused");
const image = new Promise((done) => {{
  const shown = new Image();
  shown.onload = () => done("read");
  shown.onerror = () => done("refused");
  shown.src = "{url}images?item=a&column=text";
}});
const script = new Promise((done) => {{
  const loaded = document.createElement("script");
  loaded.onload = () => done("read");
  loaded.onerror = () => done("refused");
  loaded.src = "{url}static/page.js";
  document.head.append(loaded);
}});
document.getElementById("form").submit();
window.result = Promise.all([json, read, image, script, told.then(() => "sent", () => "sent")]);
</script>
"""


def test_a_page_at_another_port_can_neither_answer_nor_read(
    solo_url: str, store: DecisionStore, new_page: Pages, watched: Any
) -> None:
    """It is of the same site, so that the browser sends it our cookie: SameSite alone is not enough."""
    origin = solo_url.partition("?")[0]
    watched.allow("request to another origin")
    watched.allow("Failed to load resource")
    watched.allow("blocked by CORS")
    page = new_page(solo_url)
    assert shows_review(page)
    with other_site(ATTACK.format(url=origin)) as url:
        page.goto(url)
        assert page.evaluate("window.result") == ["refused"] * 4 + ["sent"]
    assert len(store.log()) == 0


def test_a_page_of_ours_is_not_shown_inside_another(
    solo_url: str, new_page: Pages, watched: Any
) -> None:
    origin = solo_url.partition("?")[0]
    watched.allow("frame-ancestors")
    watched.allow("request to another origin")
    page = new_page(solo_url)
    assert shows_review(page)
    with other_site(f'<iframe src="{origin}"></iframe>') as url:
        page.goto(url)
        frame = page.frames[-1]
        frame.wait_for_load_state()
        assert frame.get_by_text("text of a").count() == 0


def test_a_text_cannot_become_markup_or_code_even_where_a_script_wants_it(
    team_url: str, new_page: Pages, watched: Any
) -> None:
    watched.allow("TrustedHTML")
    watched.allow("TrustedScript")
    page = new_page(team_url)
    attempts = ["document.body.innerHTML = '<b>x</b>'", "setTimeout('window.ran = 1')"]
    for attempt in attempts:
        script = f"() => {{ try {{ {attempt}; return 'done'; }} catch (error) {{ return error.name; }} }}"
        assert page.evaluate(script) == "TypeError", attempt
