import json
import logging

import pytest

from weaklabel.errors import ParameterError
from weaklabel.review.web import create_app

LINK = "the-token-of-the-link"
PAGES = ["/", "/login", "/dashboard", "/static/login.js", "/images?item=a&column=picture"]
ROUTES = [*PAGES, "/api/message", "/api/session", "/api/dashboard", "/logout", "/healthz"]


def problem(answer):
    """Return the code of a response that is an error in the one shape."""
    body = answer.json()
    assert set(body) == {"ok", "error"}
    assert body["ok"] is False
    assert set(body["error"]) == {"code", "message"}
    assert answer.header("content-type") == "application/json"
    return body["error"]["code"]


# Messages


def test_a_message_goes_to_the_desk_and_its_reply_comes_back(browser, desk):
    answer = browser.post("/api/message", {"do": "accept", "key": "k" * 16})
    assert answer.status == 200
    assert answer.json() == {"ok": True, "did": None, "screen": {"item": None}}
    assert desk.told == [("ann", {"do": "accept", "key": "k" * 16})]


def test_a_reply_that_is_no_success_is_still_a_reply(browser, desk):
    refusal = {"ok": False, "error": {"code": "stale", "message": "Somebody else has it."}}
    desk.answer = lambda message: refusal
    answer = browser.post("/api/message", {"do": "accept"})
    assert (answer.status, answer.json()) == (200, refusal)


def test_in_a_team_a_message_is_from_whom_the_cookie_names(team, team_browser):
    team_browser("ann").post("/api/message", {"do": "open", "reviewer": "lea"})
    team_browser("lea").post("/api/message", {"do": "open"})
    assert [name for name, _ in team.told] == ["ann", "lea"]


def test_the_desk_is_called_in_a_thread_of_its_own(browser, desk):
    browser.post("/api/message", {"do": "open"})
    assert {name.rpartition("_")[0] for name in desk.threads} == {"weaklabel-reply"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"do=open",
        b"{",
        b"\xff\xfe",
        b'{"text": "\\ud800"}',
        b'{"seconds": NaN}',
        b'{"seconds": 1e999}',
        b"[" * 60_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    ],
)
def test_what_is_no_json_never_reaches_the_desk(browser, desk, body):
    answer = browser.post("/api/message", body)
    assert (answer.status, problem(answer)) == (400, "invalid")
    assert desk.told == []


@pytest.mark.parametrize("value", [None, 5, "open", [], [[[]]], {}, {"do": {"do": {}}}])
def test_json_of_another_form_is_for_the_desk_to_refuse(browser, desk, value):
    browser.post("/api/message", json.dumps(value).encode())
    assert desk.told == [("ann", value)]


def test_hostile_texts_go_through_as_they_are(browser, desk):
    text = "</script><img src=x onerror=alert(1)>\u202e\u0000\r\nSet-Cookie: a=b"
    desk.answer = lambda message: {"ok": True, "text": message["text"]}
    answer = browser.post("/api/message", {"do": "comment", "text": text})
    assert answer.json()["text"] == text
    assert answer.header("set-cookie") is None


def test_half_a_surrogate_pair_in_the_data_breaks_no_reply(browser, desk):
    desk.answer = lambda message: {"ok": True, "text": "a\ud800b"}
    assert b"a\\ud800b" in browser.post("/api/message", {"do": "open"}).body


def test_a_desk_that_fails_says_nothing_and_is_logged(browser, desk, caplog):
    def fail(message):
        raise RuntimeError("the secret inside")

    desk.answer = fail
    with caplog.at_level(logging.ERROR):
        answer = browser.post("/api/message", {"do": "open"})
    assert (answer.status, problem(answer)) == (500, "internal")
    assert b"the secret inside" not in answer.body
    assert "the secret inside" in caplog.text


# Who gets in


def test_without_a_cookie_pages_lead_to_the_login_and_data_are_refused(visitor, desk):
    assert visitor.get("/").header("location") == "/login"
    assert visitor.get("/dashboard").header("location") == "/login?to=dashboard"
    refusals = [
        visitor.post("/api/message", {"do": "open"}),
        visitor.get("/images?item=a&column=picture"),
        visitor.get("/api/dashboard"),
    ]
    assert [(a.status, problem(a)) for a in refusals] == [(401, "unauthenticated")] * 3
    assert desk.told == []


@pytest.mark.parametrize("value", ["", "x", "WyJhbm4iLCIxIiw5OTk5OTk5OTk5XQ.AAAA", "ann"])
def test_a_forged_cookie_opens_nothing(visitor, value):
    visitor.cookies["weaklabel_8642"] = value
    assert visitor.post("/api/message", {"do": "open"}).status == 401


def test_a_cookie_of_another_project_opens_nothing(desk, browser, make_browser):
    other = create_app(desk, secret=b"x" * 32, start_token=LINK, reviewer="ann")
    stranger = make_browser(other)
    stranger.cookies = browser.cookies
    assert stranger.post("/api/message", {"do": "open"}).status == 401


def test_pages_stay_open_when_the_server_starts_again(desk, browser, make_browser, clock):
    again = create_app(
        desk,
        secret=bytes(range(32)),
        start_token=LINK,
        reviewer="ann",
        clock=clock,
    )
    same = make_browser(again)
    same.cookies = browser.cookies
    assert same.post("/api/message", {"do": "open"}).status == 200


def test_a_name_that_is_hostile_stays_a_name(team, team_app, make_browser):
    name = "ann\r\nSet-Cookie: weaklabel_8642=stolen; <script>"
    team.tokens[name] = "token of another"
    browser = make_browser(team_app)
    answer = browser.post("/login", {"token": "token of another"})
    assert answer.json()["reviewer"] == name
    assert len([key for key, _ in answer.headers if key == "set-cookie"]) == 1
    assert all("\n" not in value and "\r" not in value for _, value in answer.headers)
    browser.post("/api/message", {"do": "open"})
    assert team.told == [(name, {"do": "open"})]


# Images


def test_an_image_comes_with_its_type_and_is_kept_for_this_browser_only(browser):
    answer = browser.get("/images?item=a&column=picture")
    assert answer.status == 200
    assert answer.header("content-type") == "image/png"
    assert answer.header("cache-control") == "private, max-age=300"
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.body.startswith(b"\x89PNG")


def test_a_picture_that_may_hold_scripts_is_not_sent(browser):
    answer = browser.get("/images?item=svg&column=picture")
    assert (answer.status, problem(answer)) == (404, "not_found")
    assert b"<svg" not in answer.body


@pytest.mark.parametrize(
    "query", ["", "?item=a", "?column=picture", "?item=a&column=picture&x=1", "?path=/etc/passwd"]
)
def test_an_image_is_asked_for_by_item_and_column(browser, query):
    assert problem(browser.get(f"/images{query}")) == "invalid"


@pytest.mark.parametrize(
    "item", ["../../etc/passwd", "%2e%2e%2fetc%2fpasswd", "%2Fetc%2Fpasswd", "a%00", "%ff%fe", ""]
)
def test_a_path_in_place_of_an_item_is_no_item(browser, item):
    answer = browser.get(f"/images?item={item}&column=picture")
    assert (answer.status, problem(answer)) == (404, "not_found")


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/../web/_app.py",
        "/static/..%2fweb%2f_app.py",
        "/static/%2e%2e/%2e%2e/errors.py",
        "/static/....//errors.py",
        "/static/..\\errors.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/login.js%00.png",
        "/static/login.js/",
        "/static/index.html",
        "/static/login.html",
        "/static/.",
        "/static/C:\\x",
        "/images/../../etc/passwd",
        "//etc/passwd",
        "/..",
        "/docs",
        "/openapi.json",
    ],
)
def test_no_path_leads_out_of_our_files(browser, path):
    answer = browser.get(path)
    assert (answer.status, problem(answer)) == (404, "not_found")


# The dashboard


def test_the_dashboard_is_for_leads(team_browser):
    assert team_browser("lea").get("/api/dashboard").json() == {"ok": True, "answers": 3}
    answer = team_browser("ann").get("/api/dashboard")
    assert (answer.status, problem(answer)) == (403, "forbidden")
    assert answer.json()["error"]["message"] == "the dashboard is for leads."


@pytest.mark.parametrize(("path", "script"), [("/", "page.js"), ("/dashboard", "dashboard.js")])
def test_who_is_signed_in_gets_the_page(team_browser, path, script):
    answer = team_browser("lea").get(path)
    assert answer.status == 200
    assert answer.header("content-type").startswith("text/html")
    assert f"/static/{script}".encode() in answer.body


# Every route


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_refused_everywhere(browser, method, path):
    answer = browser.send(method, path)
    assert (answer.status, problem(answer)) == (405, "not_allowed")
    allowed = answer.header("allow")
    assert allowed
    assert method not in allowed
    assert answer.header("access-control-allow-origin") is None


@pytest.mark.parametrize("path", ["/", "/dashboard", "/api/session", "/healthz", "/images"])
def test_nothing_but_messages_and_logins_is_posted(browser, path):
    answer = browser.post(path, {})
    assert (answer.status, problem(answer)) == (405, "not_allowed")


@pytest.mark.parametrize("path", ["/api/message", "/logout"])
def test_nothing_is_done_by_a_link(browser, desk, path):
    answer = browser.get(path)
    assert (answer.status, problem(answer)) == (405, "not_allowed")
    assert answer.header("allow") == "POST"
    assert desk.told == []


def test_the_head_of_a_page_is_that_of_the_page(browser):
    answer = browser.send("HEAD", "/login")
    assert answer.status == 200
    assert answer.header("etag") == browser.get("/login").header("etag")


@pytest.mark.parametrize("path", [*ROUTES, "/nothing", "/static/nothing"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS"])
def test_every_response_has_the_policy(browser, method, path):
    headers = {"origin": browser.origin, "content-type": "application/json"}
    answer = browser.send(method, path, headers=headers, chunks=[b"{}"])
    assert answer.header("content-security-policy").startswith("default-src 'none'; script-src")
    assert "unsafe" not in answer.header("content-security-policy")
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("referrer-policy") == "no-referrer"
    assert answer.header("cross-origin-resource-policy") == "same-origin"
    assert answer.header("cache-control") in ("no-store", "no-cache", "private, max-age=300")
    if answer.status >= 400 and method != "HEAD":
        problem(answer)


@pytest.mark.parametrize("path", ROUTES)
def test_another_host_gets_nothing_anywhere(browser, path):
    browser.host = "evil.example"
    for answer in (browser.get(path), browser.post(path)):
        assert (answer.status, problem(answer)) == (403, "forbidden")


@pytest.mark.parametrize("path", ["/api/message", "/login", "/logout"])
@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:3000"])
def test_another_origin_can_post_nothing(browser, desk, path, origin):
    answer = browser.post(path, {"do": "accept"}, origin=origin)
    assert (answer.status, problem(answer)) == (403, "forbidden")
    assert desk.told == []


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]
)
def test_a_form_can_post_nothing(browser, desk, kind):
    answer = browser.post("/api/message", {"do": "accept"}, content_type=kind)
    assert (answer.status, problem(answer)) == (415, "not_json")
    assert desk.told == []


def test_a_body_that_is_too_large_is_refused_with_or_without_a_length(browser, desk):
    headers = {"origin": browser.origin, "content-type": "application/json"}
    declared = headers | {"content-length": "70000"}
    for given, chunks in ((declared, [b" " * 70_000]), (headers, [b" " * 7_000] * 10)):
        answer = browser.send("POST", "/api/message", headers=given, chunks=chunks)
        assert (answer.status, problem(answer)) == (413, "too_large")
    assert desk.told == []


def test_health_and_icon_need_no_cookie(visitor):
    assert visitor.get("/healthz").json() == {"ok": True}
    assert visitor.get("/favicon.ico").status == 204


# What an application is made of


def test_a_secret_that_is_none_is_refused_without_being_shown(desk):
    for secret in (b"too short", "a text of enough characters", None):
        with pytest.raises(ParameterError, match="Take what load_secret returns") as caught:
            create_app(desk, secret=secret, start_token="t" * 16, reviewer="ann")
        assert str(secret) not in str(caught.value)


@pytest.mark.parametrize(
    ("token", "reviewer"), [(None, "ann"), ("t" * 16, None), ("t" * 15, "ann"), ("t" * 16, "")]
)
def test_one_reviewer_needs_a_name_and_a_token(desk, token, reviewer):
    with pytest.raises(ParameterError, match="needs reviewer, a name, and start_token"):
        create_app(desk, secret=b"x" * 32, start_token=token, reviewer=reviewer)


def test_a_team_has_tokens_of_its_own(team):
    with pytest.raises(ParameterError, match="are for one reviewer"):
        create_app(team, secret=b"x" * 32, start_token="t" * 16)


def test_one_reviewer_is_served_on_this_machine_alone(desk):
    with pytest.raises(ParameterError, match=r"allowed_hosts is \('review.example.org',\), must"):
        create_app(
            desk,
            secret=b"x" * 32,
            start_token="t" * 16,
            reviewer="ann",
            allowed_hosts=["review.example.org"],
        )
