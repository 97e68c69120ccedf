import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from weaklabel.review.web import _json_body
from weaklabel.review.web._errors import RefusedError
from weaklabel.review.web._json_body import json_response, parse_json, read_json

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # Without half surrogate pairs: those have a test of their own.
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_sent_as_json_is_read_back(value):
    assert parse_json(json_response(value).body) == value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'do': 'open'}",
        b"do=open",
        b"\xff\xfe",
        b'{"do": "\xc3"}',
        b'{"do": "\xed\xa0\x80"}',
        b'\xef\xbb\xbf{"do": "open"}',
        b'{"seconds": NaN}',
        b'{"seconds": -Infinity}',
        b'{"seconds": 1e999}',
        b'{"text": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"text": "a\x00b"}',
        b'{"a": 1} {"b": 2}',
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b"9" * 60_000,
    ],
)
def test_what_is_no_json_in_utf_8_is_refused(body):
    with pytest.raises(RefusedError, match="not JSON in UTF-8") as caught:
        parse_json(body)
    assert caught.value.code == "invalid"


def test_both_halves_of_a_pair_are_one_character():
    assert parse_json(b'"\\ud83d\\ude00"') == "\N{GRINNING FACE}"


def test_half_a_pair_in_the_data_reaches_the_browser_as_it_is():
    body = json_response({"text": "a\ud800b"}).body
    assert body == b'{"text":"a\\ud800b"}'


def test_the_reply_is_compact_and_says_what_it_is():
    response = json_response({"text": "ä", "n": [1, 2]})
    assert response.body == '{"text":"ä","n":[1,2]}'.encode()
    assert response.headers["content-type"] == "application/json"


def test_a_number_that_json_has_not_is_an_error_of_ours():
    with pytest.raises(ValueError, match="JSON compliant"):
        json_response({"p": float("nan")})


def request_of(*messages, waits=False):
    given = list(messages)

    async def receive():
        if not given and waits:
            await asyncio.Event().wait()
        return given.pop(0)

    return Request({"type": "http", "method": "POST", "headers": []}, receive)


def test_a_body_in_pieces_is_put_together(finish):
    pieces = [json.dumps({"do": "open"})[:4].encode(), json.dumps({"do": "open"})[4:].encode()]
    messages = [
        {"type": "http.request", "body": piece, "more_body": i == 0}
        for i, piece in enumerate(pieces)
    ]
    assert finish(read_json(request_of(*messages))) == {"do": "open"}


def test_a_connection_that_ends_early_is_refused(finish):
    begun = {"type": "http.request", "body": b'{"do"', "more_body": True}
    with pytest.raises(RefusedError, match="ended before"):
        finish(read_json(request_of(begun, {"type": "http.disconnect"})))


def test_a_body_that_never_ends_is_refused(monkeypatch, finish):
    monkeypatch.setattr(_json_body, "_BODY_SECONDS", 0.01)
    begun = {"type": "http.request", "body": b'{"do"', "more_body": True}
    with pytest.raises(RefusedError) as caught:
        finish(read_json(request_of(begun, waits=True)))
    assert caught.value.code == "store"  # which is what a page sends again
