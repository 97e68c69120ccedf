import hashlib

import pytest
from itsdangerous import URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

from weaklabel.review.web._cookies import Claim, Cookies

SECRET = bytes(32)
DAY = 24 * 3600


def request(cookie="", *, port=8642, scheme="http", origin=""):
    headers = [(b"host", b"h"), (b"cookie", cookie.encode()), (b"origin", origin.encode())]
    scope = {
        "type": "http",
        "scheme": scheme,
        "server": ("h", port),
        "path": "/",
        "query_string": b"",
        "headers": headers,
    }
    return Request(scope)


@pytest.fixture
def cookies(clock):
    return Cookies(SECRET, clock=clock)


def given(cookies, claim, asked):
    response = Response()
    cookies.give(response, asked, claim)
    return response.headers["set-cookie"]


def cookie_of(header):
    return header.partition(";")[0]


@pytest.mark.parametrize("name", ["ann", "Ann Müller", 'a;b="c"\r\nSet-Cookie: x=y', "\N{SNOWMAN}"])
def test_a_claim_comes_back_as_it_was_given_whatever_the_name(cookies, name):
    claim = Claim(name, "0123")
    header = given(cookies, claim, request())
    assert "\r" not in header
    assert "\n" not in header
    assert cookies.read(request(cookie_of(header))) == claim


def test_scripts_and_other_sites_do_not_get_it(cookies):
    header = given(cookies, Claim("ann", "1"), request()).lower()
    parts = {part.strip() for part in header.split(";")}
    assert {"httponly", "samesite=strict", "path=/", f"max-age={30 * DAY}"} <= parts
    assert "domain" not in header


@pytest.mark.parametrize(
    ("asked", "secure"),
    [
        (request(), False),
        (request(origin="http://127.0.0.1:8642"), False),
        (request(scheme="https"), True),
        (request(origin="https://review.example.org"), True),
    ],
)
def test_it_is_secure_where_the_browser_speaks_tls(cookies, asked, secure):
    assert ("secure" in given(cookies, Claim("ann", "1"), asked).lower()) is secure


def test_servers_at_two_ports_do_not_overwrite_each_others(cookies):
    one = given(cookies, Claim("ann", "1"), request(port=8642))
    two = given(cookies, Claim("bob", "2"), request(port=8643))
    both = f"{cookie_of(one)}; {cookie_of(two)}"
    assert cookies.read(request(both, port=8642)) == Claim("ann", "1")
    assert cookies.read(request(both, port=8643)) == Claim("bob", "2")


def test_it_lasts_thirty_days(cookies, clock):
    cookie = cookie_of(given(cookies, Claim("ann", "1"), request()))
    clock.now += 30 * DAY - 2
    assert cookies.read(request(cookie)) is not None
    clock.now += 2
    assert cookies.read(request(cookie)) is None


def test_one_signed_with_another_secret_is_none(cookies, clock):
    other = Cookies(b"another secret of 32 bytes......", clock=clock)
    cookie = cookie_of(given(other, Claim("ann", "1"), request()))
    assert cookies.read(request(cookie)) is None


def test_no_character_of_it_can_be_changed(cookies):
    name, _, value = cookie_of(given(cookies, Claim("ann", "1"), request())).partition("=")
    # The last character of the signature holds bits that base64 does not use.
    for i in range(len(value) - 1):
        changed = "A" if value[i] != "A" else "B"
        assert cookies.read(request(f"{name}={value[:i]}{changed}{value[i + 1 :]}")) is None


@pytest.mark.parametrize(
    "value", ["", ".", "x", "ann", "WyJhbm4iXQ", "WyJhbm4iXQ.", "...", "ä", "." * 4000, "=" * 50]
)
def test_what_was_never_signed_is_none(cookies, value):
    assert cookies.read(request(f"weaklabel_8642={value}")) is None
    assert cookies.read(request("other=1")) is None


def test_what_the_same_secret_signed_for_something_else_is_none(cookies):
    ways = {"key_derivation": "hmac", "digest_method": hashlib.sha256}

    def signed(salt):
        return URLSafeSerializer(SECRET, salt, signer_kwargs=ways).dumps(["ann", "1", 10**12])

    other, own = signed("something else"), signed("weaklabel review cookie")
    assert cookies.read(request(f"weaklabel_8642={other}")) is None
    assert cookies.read(request(f"weaklabel_8642={own}")) == Claim("ann", "1")


def test_it_is_taken_back_with_the_attributes_that_it_has(cookies):
    response = Response()
    cookies.take(response, request(scheme="https"))
    header = response.headers["set-cookie"].lower()
    assert header.startswith('weaklabel_8642="";')
    for part in ("max-age=0", "secure", "httponly", "samesite=strict", "path=/"):
        assert part in header
