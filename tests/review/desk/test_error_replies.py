"""What failed is said in one shape, and nothing of the server with it."""

import logging

import pytest

from weaklabel.errors import (
    DecisionsError,
    FileFormatError,
    ItemsError,
    ParameterError,
    SchemaError,
    WriteError,
)
from weaklabel.review.desk._error_replies import OtherReviewerError, StaleItemError, error_reply
from weaklabel.review.desk._messages import MessageError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MessageError("x"), "invalid"),
        (StaleItemError("x"), "stale"),
        (OtherReviewerError("x"), "forbidden"),
        (WriteError("x"), "store"),
        (FileFormatError("x"), "store"),
        (DecisionsError("x"), "refused"),
        (ParameterError("x"), "refused"),
        (SchemaError("x"), "refused"),
        (ItemsError("x"), "refused"),
    ],
)
def test_each_error_of_ours_has_its_code_and_its_words(error: Exception, code: str) -> None:
    assert error_reply(error) == {"ok": False, "error": {"code": code, "message": "x"}}


@pytest.mark.parametrize("error", [ValueError("/srv/a"), OSError("/srv/a"), RecursionError()])
def test_of_anything_else_only_the_log_has_the_traceback(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    try:
        raise error
    except Exception as caught:
        reply = error_reply(caught, "/srv/a")
    assert reply["error"] == {
        "code": "internal",
        "message": "the server failed at this message. Its log says why; load the page again.",
    }
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.exc_info is not None
    assert record.exc_info[1] is error


def test_where_the_store_is_only_the_log_says(caplog: pytest.LogCaptureFixture) -> None:
    error = WriteError("cannot write /srv/log.sqlite: disk full. Free some space and try again.")
    reply = error_reply(error, "/srv/log.sqlite")
    expected = "cannot write the decision log: disk full. Free some space and try again."
    assert reply["error"] == {"code": "store", "message": expected}
    assert "/srv/log.sqlite" in caplog.text


def test_what_the_driver_of_a_server_says_is_for_the_log_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    name = "postgresql+psycopg://wl@db.internal/review"
    words = f'cannot read {name}: connection to "10.0.0.7" failed: no password for user "wl".'
    reply = error_reply(FileFormatError(words), name)
    assert reply["error"]["code"] == "store"  # type: ignore[index,call-overload]
    assert not any(part in str(reply) for part in ("10.0.0.7", "db.internal", "wl"))
    assert "10.0.0.7" in caplog.text


def test_a_message_is_short_and_unicode() -> None:
    reply = error_reply(DecisionsError("\ud800" + "x" * 10_000))
    message = reply["error"]["message"]  # type: ignore[index,call-overload]
    assert message == "�" + "x" * 998 + "…"
