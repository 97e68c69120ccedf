import json
import logging

import pytest
from starlette.exceptions import HTTPException

from weaklabel.review.web._errors import (
    RefusedError,
    http_error,
    log_failure,
    refused,
    server_error,
    stopping,
    store_error,
)


def shape(response):
    return response.status_code, json.loads(response.body)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("invalid", 400),
        ("unauthenticated", 401),
        ("forbidden", 403),
        ("not_found", 404),
        ("not_allowed", 405),
        ("too_large", 413),
        ("not_json", 415),
        ("too_many", 429),
        ("internal", 500),
        ("store", 503),
    ],
)
def test_every_code_has_its_status_and_the_one_shape(code, status):
    assert shape(refused(RefusedError(code, "Why."))) == (
        status,
        {"ok": False, "error": {"code": code, "message": "Why."}},
    )


def test_headers_of_a_refusal_are_sent():
    response = refused(RefusedError("too_many", "Why.", {"retry-after": "7"}))
    assert response.headers["retry-after"] == "7"


def test_an_unknown_path_and_method_have_the_shape_too():
    assert shape(http_error(None, HTTPException(404)))[1]["error"]["code"] == "not_found"
    response = http_error(None, HTTPException(405, headers={"Allow": "POST"}))
    assert shape(response)[1]["error"]["message"] == "This address takes POST only."
    assert response.headers["allow"] == "POST"


def test_another_error_of_starlette_keeps_its_status_and_says_nothing_of_its_own():
    status, body = shape(http_error(None, HTTPException(418, detail="<script>")))
    assert status == 418
    assert "<script>" not in json.dumps(body)


def test_what_is_no_http_error_is_raised_again():
    with pytest.raises(KeyError):
        http_error(None, KeyError("x"))


def test_a_failure_says_nothing_of_what_happened():
    status, body = shape(server_error())
    assert status == 500
    assert body["error"]["code"] == "internal"
    assert shape(store_error())[1]["error"]["code"] == "store"


def test_what_the_server_could_not_wait_for_is_to_be_sent_again():
    """The page sends again, with the same key, what fails for the store."""
    status, body = shape(stopping())
    assert (status, body["error"]["code"]) == (503, "store")


def test_half_a_surrogate_pair_in_a_message_breaks_nothing():
    assert (
        shape(refused(RefusedError("not_found", "a\ud800b")))[1]["error"]["message"] == "a\ud800b"
    )


def test_a_path_cannot_forge_a_line_of_the_log(caplog):
    with caplog.at_level(logging.ERROR):
        try:
            raise ValueError("inside")
        except ValueError:
            log_failure({"method": "GET", "path": "/x\nERROR forged"})
    assert "\n" not in caplog.records[0].getMessage()
    assert "inside" in caplog.text
