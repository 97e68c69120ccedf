import asyncio
import logging

import pytest

from weaklabel.errors import FileFormatError, WriteError
from weaklabel.review.web._guard import MAX_BODY, Guard
from weaklabel.review.web._hosts import Hosts


async def echo(scope, receive, send):
    """Answer with the length of the body."""
    n_bytes, more = 0, True
    while more:
        message = await receive()
        n_bytes += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(n_bytes).encode()})


def failing(error, *, after_start=False):
    async def app(scope, receive, send):
        if after_start:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise error

    return app


@pytest.fixture
def echoing(make_browser):
    return make_browser(Guard(echo, Hosts()))


def test_a_page_of_this_server_gets_through(echoing):
    answer = echoing.post("/", b"12345")
    assert (answer.status, answer.body) == (200, b"5")


@pytest.mark.parametrize("host", ["evil.example:8642", "127.0.0.1.evil.example", ""])
def test_another_name_for_this_machine_is_refused(echoing, host):
    """DNS rebinding: the request reaches us, but the browser thinks it asks another site."""
    answer = echoing.get("/", host=host)
    assert (answer.status, answer.code) == (403, "forbidden")
    assert "Host header" in answer.json()["error"]["message"]


def test_a_request_without_a_host_or_with_two_is_refused(echoing):
    assert echoing.send("GET", "/", raw=[]).status == 403
    twice = [(b"host", b"127.0.0.1:8642"), (b"host", b"127.0.0.1:8642")]
    assert echoing.send("GET", "/", raw=twice).status == 403


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("origin", "http://127.0.0.1:8642", "http://evil.example"),
        ("content-type", "application/json", "text/plain"),
        ("sec-fetch-site", "same-origin", "cross-site"),
    ],
)
def test_of_two_headers_none_is_believed(echoing, name, first, second):
    own = {"host": "127.0.0.1:8642", "origin": echoing.origin, "content-type": "application/json"}
    for pair in ((first, second), (second, first), (first, first)):
        raw = [(k.encode(), v.encode()) for k, v in own.items() if k != name]
        raw += [(name.encode(), value.encode()) for value in pair]
        answer = echoing.send("POST", "/", raw=raw)
        assert (answer.status, answer.code) == (400, "invalid")


def test_a_body_with_two_lengths_is_refused_and_ends_the_connection(echoing):
    answer = echoing.post("/", b"{}", transfer_encoding="chunked", content_length="2")
    assert (answer.status, answer.code, answer.header("connection")) == (400, "invalid", "close")


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://evil.example",
        "http://127.0.0.1:3000",
        "http://localhost:8642",
        "http://127.0.0.1:8642.evil.example",
    ],
)
def test_a_post_from_elsewhere_is_refused(echoing, origin):
    answer = echoing.post("/", origin=origin)
    assert (answer.status, answer.code) == (403, "forbidden")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "same-origin, cross-site"])
def test_a_post_that_the_browser_says_is_from_elsewhere_is_refused(echoing, site):
    assert echoing.post("/", sec_fetch_site=site).status == 403


@pytest.mark.parametrize("origin", [None, "null"])
def test_a_hidden_origin_is_fine_where_the_browser_vouches_for_it(echoing, origin):
    assert echoing.post("/", origin=origin, sec_fetch_site="same-origin").status == 200


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain; application/json",
        "application/jsonp",
        "",
    ],
)
def test_a_form_of_any_kind_is_refused(echoing, kind):
    """These are what another site can send without the browser asking us first."""
    answer = echoing.post("/", content_type=kind)
    assert (answer.status, answer.code) == (415, "not_json")


def test_json_with_a_charset_is_json(echoing):
    assert echoing.post("/", content_type="Application/JSON; charset=utf-8").status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_may_link_here_but_load_nothing(echoing, site):
    assert echoing.get("/", sec_fetch_site=site, sec_fetch_mode="no-cors").status == 403
    assert echoing.get("/", sec_fetch_site=site).status == 403
    assert echoing.get("/", sec_fetch_site=site, sec_fetch_mode="navigate").status == 200


def test_a_body_of_the_limit_passes_and_one_byte_more_does_not(echoing):
    assert echoing.post("/", b"x" * MAX_BODY).status == 200
    answer = echoing.post("/", b"x" * (MAX_BODY + 1))
    assert (answer.status, answer.code) == (413, "too_large")


def test_a_body_that_is_declared_too_large_is_refused_before_it_comes(echoing):
    assert echoing.post("/", b"", content_length=str(MAX_BODY + 1)).status == 413
    assert echoing.post("/", b"", content_length="9" * 5000).status == 413


def test_a_length_that_is_no_number_is_refused(echoing):
    for length in ("-1", "1e3", "٣", ""):
        given = [
            (b"host", b"127.0.0.1:8642"),
            (b"origin", b"http://127.0.0.1:8642"),
            (b"content-type", b"application/json"),
            (b"content-length", length.encode()),
        ]
        assert echoing.send("POST", "/", raw=given).status == 400, length


def test_a_body_in_pieces_without_a_length_is_cut_off_at_the_limit(echoing):
    pieces = [b"x" * 1000] * 200
    headers = {"origin": echoing.origin, "content-type": "application/json"}
    answer = echoing.send("POST", "/", headers=headers, chunks=pieces)
    assert answer.status == 413


def test_every_response_of_the_guard_has_the_policy(echoing, make_browser):
    answers = [
        echoing.get("/"),
        echoing.get("/", host="evil.example"),
        echoing.post("/", origin=None),
        echoing.post("/", b"x" * (MAX_BODY + 1)),
        make_browser(Guard(failing(ValueError("x")), Hosts())).get("/"),
    ]
    assert [a.status for a in answers] == [200, 403, 403, 413, 500]
    for answer in answers:
        assert answer.header("content-security-policy").startswith("default-src 'none'")
        assert answer.header("x-content-type-options") == "nosniff"
        assert answer.header("cache-control") == "no-store"


def test_an_error_inside_is_logged_and_says_nothing_to_the_client(make_browser, caplog):
    with caplog.at_level(logging.ERROR):
        answer = make_browser(Guard(failing(ValueError("the secret")), Hosts())).get("/x")
    assert (answer.status, answer.code) == (500, "internal")
    assert b"the secret" not in answer.body
    assert "the secret" in caplog.text


@pytest.mark.parametrize("error", [WriteError("postgresql://h/d"), FileFormatError("/home/x")])
def test_a_store_that_does_not_answer_is_said_without_its_place(make_browser, error):
    answer = make_browser(Guard(failing(error), Hosts())).get("/")
    assert (answer.status, answer.code) == (503, "store")
    assert str(error) not in answer.body.decode()


def test_an_error_after_the_response_began_cuts_the_connection(make_browser):
    with pytest.raises(ValueError, match="late"):
        make_browser(Guard(failing(ValueError("late"), after_start=True), Hosts())).get("/")


def test_a_request_that_the_server_cannot_wait_for_is_answered(make_browser):
    answer = make_browser(Guard(failing(asyncio.CancelledError()), Hosts())).get("/")
    assert (answer.status, answer.code) == (503, "store")
    assert answer.header("content-security-policy")


def test_a_response_that_began_is_cut_when_the_server_stops(make_browser):
    guard = Guard(failing(asyncio.CancelledError(), after_start=True), Hosts())
    with pytest.raises(asyncio.CancelledError):
        make_browser(guard).get("/")


def test_what_is_no_request_is_passed_on_or_dropped(finish):
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["type"])

    guard = Guard(app, Hosts())
    for kind in ("lifespan", "websocket"):
        finish(guard({"type": kind}, None, None))
    assert seen == ["lifespan"]
