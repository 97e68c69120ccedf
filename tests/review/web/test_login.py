import json

import pytest

from weaklabel.errors import WriteError


def cookie_header(answer):
    return answer.header("set-cookie") or ""


# By link, for one reviewer


def test_the_token_of_the_link_becomes_a_cookie_and_leaves_the_address(visitor):
    answer = visitor.get("/?token=the-token-of-the-link")
    assert (answer.status, answer.header("location")) == (303, "/")
    assert "HttpOnly" in cookie_header(answer)
    assert "SameSite=strict" in cookie_header(answer)
    assert "the-token-of-the-link" not in cookie_header(answer)
    assert visitor.get("/").status == 200


@pytest.mark.parametrize("token", ["wrong", "", "the-token-of-the-lin", "%ff%00", "x" * 60_000])
def test_another_token_in_the_link_leads_to_the_login_page(visitor, token):
    answer = visitor.get(f"/?token={token}")
    assert (answer.status, answer.header("location")) == (303, "/login#link")
    assert cookie_header(answer) == ""


def test_an_old_link_does_not_sign_out_who_is_signed_in(browser):
    answer = browser.get("/?token=of+yesterday")
    assert (answer.status, answer.header("location")) == (303, "/")
    assert browser.get("/").status == 200


def test_wrong_links_are_counted(visitor):
    for _ in range(10):
        assert visitor.get("/?token=wrong").status == 303
    answer = visitor.get("/?token=the-token-of-the-link")
    assert (answer.status, answer.code) == (429, "too_many")


def test_a_link_signs_nobody_in_to_a_team(team_app, make_browser):
    answer = make_browser(team_app).get("/?token=token+of+ann")
    assert answer.header("location") == "/login#link"


# By page


def test_the_login_page_needs_no_cookie(visitor, team_app, make_browser):
    for somebody in (visitor, make_browser(team_app)):
        answer = somebody.get("/login")
        assert answer.status == 200
        assert b'src="/static/login.js"' in answer.body


def test_a_token_is_exchanged_for_a_cookie(team_app, make_browser):
    browser = make_browser(team_app)
    answer = browser.post("/login", {"token": " token of ann\n"})
    assert answer.json() == {"ok": True, "reviewer": "ann"}
    assert browser.get("/api/session").json() == {"ok": True, "reviewer": "ann", "team": True}


def test_the_token_of_the_link_can_be_typed_too(visitor):
    assert visitor.post("/login", {"token": "the-token-of-the-link"}).json()["reviewer"] == "ann"
    assert visitor.get("/").status == 200


def test_a_wrong_token_is_refused_and_sets_nothing(team_app, make_browser):
    answer = make_browser(team_app).post("/login", {"token": "token of bob"})
    assert (answer.status, answer.code) == (401, "unauthenticated")
    assert cookie_header(answer) == ""


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        "x",
        5,
        {"token": ""},
        {"token": 5},
        {"token": "x" * 201},
        {"token": ["x"]},
        {"token": "x", "name": "ann"},
        b"{",
        b"[" * 60_000,
        b"\xff",
    ],
)
def test_a_login_that_is_malformed_is_refused(team_app, make_browser, body):
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = make_browser(team_app).post("/login", sent)
    assert (answer.status, answer.code) == (400, "invalid")


def test_after_ten_wrong_tokens_even_the_right_one_has_to_wait(team_app, make_browser, clock):
    browser = make_browser(team_app)
    for _ in range(10):
        assert browser.post("/login", {"token": "guess"}).status == 401
    clock.now += 18.5
    answer = browser.post("/login", {"token": "token of ann"})
    assert (answer.status, answer.code, answer.header("retry-after")) == (429, "too_many", "42")
    assert "42 seconds" in answer.json()["error"]["message"]
    clock.now += 41.5
    assert browser.post("/login", {"token": "token of ann"}).status == 200


def test_one_who_guesses_locks_out_nobody_at_another_address(team_app, make_browser):
    guesser, ann = make_browser(team_app), make_browser(team_app)
    guesser.address, ann.address = "2001:db8::1", "2001:db8:0:1::1"
    for _ in range(11):
        guesser.post("/login", {"token": "guess"})
    guesser.address = "2001:db8::2"  # the same network
    assert guesser.post("/login", {"token": "guess"}).status == 429
    assert ann.post("/login", {"token": "token of ann"}).status == 200


def test_a_whole_team_signs_in_from_one_address(team_app, make_browser):
    for _ in range(50):
        assert make_browser(team_app).post("/login", {"token": "token of ann"}).status == 200


def test_an_address_that_the_server_does_not_know_is_counted_too(team_app, make_browser):
    browser = make_browser(team_app)
    browser.address = None
    answers = [browser.post("/login", {"token": "guess"}).status for _ in range(11)]
    assert answers == [401] * 10 + [429]


def test_a_store_that_is_away_is_said_and_signs_nobody_in(team, team_app, make_browser):
    def fail(token):
        raise WriteError("postgresql://ann@db.internal/review does not answer")

    team.login = fail
    answer = make_browser(team_app).post("/login", {"token": "token of ann"})
    assert (answer.status, answer.code) == (503, "store")
    assert b"db.internal" not in answer.body


# Sessions


def test_the_session_says_who_one_is_or_that_one_is_nobody(visitor, browser):
    assert browser.get("/api/session").json() == {"ok": True, "reviewer": "ann", "team": False}
    browser.cookies.clear()
    assert visitor.get("/api/session").json()["reviewer"] is None


def test_who_signs_out_is_out(team_browser):
    browser = team_browser("ann")
    answer = browser.post("/logout", {})
    assert answer.json() == {"ok": True}
    assert answer.header("clear-site-data") == '"cache"'
    assert browser.cookies == {}
    assert browser.post("/api/message", {"do": "open"}).status == 401


def test_another_site_cannot_sign_anybody_out_or_in(team_browser):
    browser = team_browser("ann")
    assert browser.post("/logout", {}, origin="http://evil.example").status == 403
    assert browser.post("/login", {"token": "token of lea"}, origin="null").status == 403
    assert browser.get("/api/session").json()["reviewer"] == "ann"


def test_a_revoked_token_ends_what_it_opened(team, team_browser):
    ann, lea = team_browser("ann"), team_browser("lea")
    del team.tokens["ann"]
    assert ann.post("/api/message", {"do": "open"}).code == "unauthenticated"
    assert ann.get("/api/session").json()["reviewer"] is None
    assert ann.get("/").header("location") == "/login"
    assert ann.get("/images?item=a&column=picture").status == 401
    assert lea.post("/api/message", {"do": "open"}).status == 200


def test_a_new_token_ends_what_the_old_one_opened(team, team_browser):
    ann = team_browser("ann")
    team.tokens["ann"] = "token of ann, the second"
    assert ann.post("/api/message", {"do": "open"}).status == 401


def test_behind_a_proxy_that_ends_tls_the_cookie_is_secure(team_app, make_browser):
    browser = make_browser(team_app, host="review.example.org")
    answer = browser.post("/login", {"token": "token of ann"}, origin="https://review.example.org")
    assert answer.status == 200
    assert "Secure" in cookie_header(answer)
