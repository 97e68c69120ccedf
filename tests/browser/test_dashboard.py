"""The dashboard of a team's lead in a browser, against a small server with the site's policy."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.review.team._dashboard import QueueFacts, dashboard_figures
from weaklabel.review.team._settings import TeamSettings

STATIC = files("weaklabel.review").joinpath("static")
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
FILES = {
    "/dashboard": ("dashboard.html", "text/html"),
    "/static/dashboard.js": ("dashboard.js", "text/javascript"),
    "/static/dashboard.css": ("dashboard.css", "text/css"),
}
NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)
RIGHT = {"ann": 0.97, "bob": 0.7, "cy": 0.9}
HOSTILE = "<img src=x onerror=\"document.title='pwned'\">\u202e" + "W" * 500
#: What axe must not find.
GRAVE = ("serious", "critical")


def figures(**renamed: str) -> dict[str, Any]:
    """Return the figures of a small team; `renamed` replaces names of reviewers, classes, functions."""
    rng = np.random.default_rng(0)
    name = {each: renamed.get(each, each) for each in (*RIGHT, "ham", "spam", "has_link")}
    classes = [name["ham"], name["spam"], "advert"]
    gold = {f"g{n}": classes[n % 3] for n in range(20)}
    log = [_gold_check(key, name[who], said) for key, who, said in _checks(gold, classes)]
    for n in range(240):
        at = f"2026-05-04T{9 + n // 40:02}:{n % 40:02}:00+00:00"
        truth, blind = classes[n % 3], n % 2 == 0
        for who in sorted(RIGHT)[n % 2 :][:2]:
            is_right = rng.random() < RIGHT[who]
            said = truth if is_right else classes[(n + 1) % 3]
            shown = {"columns": ["text"], "guidelines": "2" if n > 100 else "1"}
            more = {"stratum": ("random", "doubtful")[n % 2], "blind": blind, "seconds": 4.0}
            cause = "guideline gap" if n % 40 == 0 else ""
            log.append(
                Decision(f"c{n:03}", said, name[who], at, truth, cause=cause, shown=shown, **more)
            )
        if n % 30 == 0:
            log.append(
                Decision(f"c{n:03}", None, name["ann"], at, kind="lf_wrong", about=name["has_link"])
            )
            log.append(Decision(f"c{n:03}", None, name["cy"], at, kind="flag"))
    settings = TeamSettings(n_answers=(2, 3), gold=gold, gold_rate=0.1)
    ids = {*gold, *(f"c{n:03}" for n in range(300))}
    return dashboard_figures(
        DecisionLog(log),
        QueueFacts(LabelSchema(classes), ids, settings, renamed.get("title", "Comments")),
        roles={name["ann"]: "lead", name["bob"]: "reviewer", "dora": "expert"},
        leases=[("c290", name["bob"])],
        guidelines=[("1", "2026-05-03T08:00:00+00:00"), ("2", "2026-05-04T11:00:00+00:00")],
        now=NOW,
    )


def _checks(gold: dict[str, str], classes: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (item, reviewer, answer): bob gets half of them wrong."""
    for n, (key, truth) in enumerate(gold.items()):
        for who in RIGHT:
            yield key, who, classes[(n + 1) % 3] if who == "bob" and n % 2 else truth


def _gold_check(key: str, who: str, said: str) -> Decision:
    at = "2026-05-04T09:00:00+00:00"
    return Decision(key, said, who, at, stratum="gold check", blind=True, gold=True)


class Site:
    """Serves the page and `figures`, or `status` with `error`; counts how often it was asked."""

    def __init__(self) -> None:
        self.figures: dict[str, Any] = {}
        self.status, self.error = 200, ""
        self.n_asked = 0
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, kind, body = site.reply(self.path)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", CSP)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def reply(self, path: str) -> tuple[int, str, bytes]:
        if path == "/api/dashboard":
            self.n_asked += 1
            if self.status != 200:
                error = {"code": "forbidden", "message": self.error}
                return self.status, "application/json", _json({"ok": False, "error": error})
            return 200, "application/json", _json({"ok": True, **self.figures})
        if path in FILES:
            name, kind = FILES[path]
            return 200, kind, STATIC.joinpath(name).read_bytes()
        return 200, "text/html", b"<!doctype html><html lang=en><title>elsewhere</title></html>"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _json(value: object) -> bytes:
    return json.dumps(value, allow_nan=False).encode()


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    made.figures = figures()
    yield made
    made.close()


@pytest.fixture
def opened(site: Site, new_page: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that opens the dashboard and waits until it is drawn."""

    def open_dashboard(**options: Any) -> Any:
        page = new_page(f"{site.origin}/dashboard", timezone_id="UTC", **options)
        page.wait_for_selector("main section")
        return page

    return open_dashboard


def rows(page: Any, caption: str) -> list[list[str]]:
    """Return the cells of the table whose caption begins so."""
    table = page.locator("table", has=page.locator("caption", has_text=caption))
    return [row.locator("th, td").all_inner_texts() for row in table.locator("tbody tr").all()]


def test_what_to_do_comes_first_and_leads_to_the_figures(opened):
    page = opened()
    first = page.locator("main section").first
    assert first.locator("h2").inner_text() == "What to do now"
    said = first.locator("li").filter(has_text="bob has 10 of 20 gold checks right")
    assert "Act" in said.inner_text()
    said.get_by_role("link", name="Reviewers").click()
    assert page.url.endswith("#reviewers")


def test_figures_of_python_are_on_the_page(opened, site):
    page = opened()
    of_bob = next(row for row in rows(page, "Work of each") if row[0].startswith("bob"))
    assert "reviewer" in of_bob[0]
    assert "50 %" in of_bob[4]
    assert "10 of 20" in of_bob[4]
    found = site.figures["agreement"]["all"]["alpha"]
    alpha = next(row for row in rows(page, "Agreement of all") if "alpha" in row[0])
    assert f"{found['value']:.2f}" in alpha[1]
    assert f"{found['low']:.2f}–{found['high']:.2f}" in alpha[1]
    waits = {row[0]: row[1] for row in rows(page, "Items of the queue")}
    assert waits["Settled"] == str(site.figures["waits"]["settled"])
    assert waits["Open"] == str(site.figures["waits"]["open"])


def test_an_interval_is_drawn_where_its_numbers_say(opened, site):
    page = opened()
    gold = next(row for row in site.figures["reviewers"] if row["reviewer"] == "bob")["gold"]
    cell = page.locator("#reviewers tbody tr", has_text="bob").locator("td").nth(3)
    # 84 wide with an edge of 4: 76 for the share.
    dot = float(cell.locator("circle").get_attribute("cx") or "nan")
    band = cell.locator("rect")
    assert dot == pytest.approx(4 + 76 * 0.5)
    assert float(band.get_attribute("x") or "nan") == pytest.approx(4 + 76 * gold["low"])
    width = float(band.get_attribute("width") or "nan")
    assert width == pytest.approx(76 * (gold["high"] - gold["low"]))


def test_the_confusion_is_of_the_pair_that_is_chosen_and_stays_chosen(opened, site):
    page = opened()
    pairs = site.figures["confusion"]["rows"]
    page.get_by_label("Reviewers", exact=False).and_(page.locator("select")).select_option(index=1)
    second = pairs[1]
    assert second["reviewer"] in page.locator(".matrix caption").inner_text()
    drawn = [cell for row in rows(page, f"{second['reviewer']} (rows)") for cell in row[1:]]
    assert sum(int(cell) for cell in drawn if cell != "·") == second["shared"]
    with page.expect_response("**/api/dashboard"):
        page.get_by_role("button", name="Reload").click()
    page.wait_for_function("!document.getElementById('reload').disabled")
    assert page.locator("#pair").evaluate("each => each.selectedIndex") == 1


def test_it_reloads_on_demand_and_keeps_folds_and_focus(opened, site):
    page = opened()
    fold = page.locator("#waits details").first
    fold.locator("summary").click()
    site.figures["waits"]["open"] = 4321
    page.keyboard.press("Tab")
    before = page.evaluate("document.activeElement.tagName")
    page.evaluate("document.getElementById('reload').click()")
    page.get_by_text("4,321").wait_for()
    assert fold.evaluate("each => each.open")
    assert page.evaluate("document.activeElement.tagName") == before != "BODY"


def test_it_reloads_every_minute(site, new_page):
    page = new_page(f"{site.origin}/elsewhere")
    page.clock.install()
    page.goto(f"{site.origin}/dashboard")
    page.wait_for_selector("main section")
    assert site.n_asked == 1
    with page.expect_response("**/api/dashboard"):
        page.clock.run_for(60_000)
    assert site.n_asked == 2


def test_older_figures_stay_when_the_server_is_gone_and_are_said_to_be_old(opened, site, watched):
    watched.allow("500")
    page = opened()
    site.status, site.error = 500, "The log cannot be read."
    page.get_by_role("button", name="Reload").click()
    alert = page.get_by_role("alert").filter(has_text="The log cannot be read.")
    alert.wait_for()
    assert "older" in alert.inner_text()
    assert page.locator("main section").count() == 10
    site.status = 200
    page.get_by_role("button", name="Reload").click()
    alert.wait_for(state="hidden")


def test_who_is_no_lead_reads_why(site, new_page, watched):
    watched.allow("403")
    site.status, site.error = 403, "Only a lead sees the dashboard."
    page = new_page(f"{site.origin}/dashboard")
    page.get_by_text("Only a lead sees the dashboard.").wait_for()
    assert page.locator("main section").count() == 0


def test_who_is_logged_out_comes_to_the_login(site, new_page, watched):
    watched.allow("401")
    site.status = 401
    page = new_page(f"{site.origin}/dashboard")
    page.wait_for_url("**/login?to=dashboard")


def test_an_empty_review_is_explained_and_not_broken(opened, site):
    settings = TeamSettings()
    facts = QueueFacts(LabelSchema(["ham", "spam"]), {"a"}, settings)
    site.figures = dashboard_figures(DecisionLog(), facts, now=NOW)
    text = opened().locator("main").inner_text()
    assert "Nothing asks for you now." in text
    assert "No answers in the last two months." in text
    assert "NaN" not in text
    assert "null" not in text
    assert "undefined" in text  # of agreement, which is the word


def test_hostile_names_are_text_and_break_nothing(opened, site):
    script = "</script><script>document.title='pwned'</script>"
    site.figures = figures(bob=HOSTILE, ham=script, has_link="a\u0000b\u202ec", title=HOSTILE)
    page = opened(viewport={"width": 390, "height": 800})
    assert page.locator("main img, main script").count() == 0
    assert "pwned" in page.locator("#reviewers").inner_text()
    assert page.evaluate("document.title").endswith("· dashboard")
    # What turns text around, or shows nothing, is written out.
    assert "a[U+0000]b[U+202E]c" in page.locator("#functions").inner_text()
    assert "\u202e" not in page.locator("body").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_grave(opened, scheme, width, tmp_path):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    page = opened(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.locator("#waits summary").first.click()
    found = axe.Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    picture = tmp_path / "dashboard.png"
    page.screenshot(path=picture, full_page=True)
    assert picture.stat().st_size > 20_000


def test_all_that_scrolls_or_opens_is_reached_by_keyboard_and_focus_is_seen(opened):
    page = opened(viewport={"width": 390, "height": 800})
    reached = []
    while True:
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        reached.append(page.evaluate("document.activeElement.closest('section')?.id ?? 'head'"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert {"head", "todo", "waits", "reviewers", "agreement", "confusion"} <= set(reached)


def test_tables_that_fit_are_no_stops_of_the_keyboard(opened):
    page = opened(viewport={"width": 1280, "height": 800})
    regions = page.locator("[role=region]")
    assert regions.count() == 0
    page.set_viewport_size({"width": 390, "height": 800})
    page.get_by_role("region", name="Work of each reviewer").wait_for()


def test_the_script_makes_no_markup_of_data():
    source = Path(str(STATIC.joinpath("dashboard.js"))).read_text(encoding="utf-8")
    for name in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert name not in source
