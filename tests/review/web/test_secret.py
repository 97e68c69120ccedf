import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from weaklabel.errors import FileFormatError, WriteError
from weaklabel.review.web import load_secret, start_token

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="modes are of POSIX")


@pytest.fixture
def place(tmp_path):
    return tmp_path / "work" / "secret"


def test_it_is_made_once_and_stays(place):
    secret = load_secret(place)
    assert len(secret) == 32
    assert load_secret(place) == secret


def test_two_are_not_the_same(tmp_path):
    assert load_secret(tmp_path / "a") != load_secret(tmp_path / "b")


@posix_only
def test_only_its_owner_reads_it_from_the_first_moment(place, monkeypatch):
    monkeypatch.setattr(Path, "chmod", lambda *_: None)  # not only afterwards
    old = os.umask(0)
    try:
        load_secret(place)
    finally:
        os.umask(old)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


@posix_only
def test_a_copy_that_lost_its_mode_gets_it_back(place):
    load_secret(place)
    place.chmod(0o644)
    load_secret(place)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_servers_that_start_at_once_get_the_same_one(place):
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: load_secret(place), range(64)))
    assert len(found) == 1
    assert [p.name for p in place.parent.iterdir()] == ["secret"]


def test_it_is_whole_where_the_file_system_has_no_links(place, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    secret = load_secret(place)
    assert load_secret(place) == secret
    assert [p.name for p in place.parent.iterdir()] == ["secret"]


@pytest.mark.parametrize("content", [b"", b"00ff", b"not hexadecimal", b"\xff" * 32, b"0" * 66])
def test_a_file_that_holds_something_else_is_refused_in_words(tmp_path, content):
    place = tmp_path / "secret"
    place.write_bytes(content)
    with pytest.raises(FileFormatError, match=r"holds no secret of a review.*Remove it"):
        load_secret(place)


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match=r"cannot write .*Choose a folder"):
        load_secret(tmp_path / "file" / "secret")
    assert Path(tmp_path / "file").read_text() == ""


def test_the_token_follows_from_the_secret_and_tells_nothing_of_it():
    secret = bytes(range(32))
    token = start_token(secret)
    assert token == start_token(secret)
    assert token != start_token(secret[::-1])
    assert len(token) == 43
    assert token.replace("-", "").replace("_", "").isalnum()
    assert secret.hex() not in token
