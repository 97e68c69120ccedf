"""exclusive: one at a time, in words; who crashed does not block."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading

import pytest

from weaklabel.errors import BusyError, WriteError
from weaklabel.lock import exclusive

HOLD = """
import sys
from weaklabel.lock import exclusive
with exclusive(sys.argv[1], "folder", "holding"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """A process that holds tmp_path until its stdin is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        stream.close()


def test_another_process_is_refused_and_told_who_is_at_work(tmp_path, holder):
    words = (
        f"project x is in use: holding, process {holder.pid} on {re.escape(socket.gethostname())}, "
        r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\. Only one at a time may change it; nothing was "
        r"changed\. Wait until it is done, or stop it, then try again\."
    )
    with pytest.raises(BusyError, match=words), exclusive(tmp_path, "project x", "test"):
        pass


def test_when_it_is_done_the_next_may(tmp_path, holder):
    holder.stdin.close()
    holder.wait(60)
    with exclusive(tmp_path, "folder", "test"):
        told = json.loads((tmp_path / ".lock-holder.json").read_text())
        assert (told["pid"], told["doing"]) == (os.getpid(), "test")
    assert not (tmp_path / ".lock-holder.json").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_killed_holder_does_not_block(tmp_path, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / ".lock-holder.json").exists()
    with exclusive(tmp_path, "folder", "test"):
        pass


def test_waiting_for_it_works(tmp_path, holder):
    timer = threading.Timer(0.1, holder.stdin.close)
    timer.start()
    with exclusive(tmp_path, "folder", "test", wait_seconds=60):
        assert holder.wait(60) == 0
    timer.join()


def test_block_within_a_block_and_another_thread_are_refused(tmp_path):
    refused = []

    def attempt():
        try:
            with exclusive(tmp_path, "folder", "two"):
                pass
        except BusyError as error:
            refused.append(str(error))

    with exclusive(tmp_path, "folder", "one"):
        attempt()
        thread = threading.Thread(target=attempt)
        thread.start()
        thread.join()
    assert len(refused) == 2
    assert f"folder is in use: one, process {os.getpid()} on" in refused[0]


def test_it_is_let_go_when_the_block_raises(tmp_path):
    with pytest.raises(KeyboardInterrupt), exclusive(tmp_path, "folder", "one"):
        raise KeyboardInterrupt
    with exclusive(tmp_path, "folder", "two"):
        pass


@pytest.mark.parametrize("told", ["", "{", "[]", '{"pid": 1}'])
def test_without_a_readable_note_the_message_says_less(tmp_path, told):
    with exclusive(tmp_path, "folder", "one"):
        (tmp_path / ".lock-holder.json").write_text(told)
        with (
            pytest.raises(BusyError, match=r"^folder is in use by another process\. Only one"),
            exclusive(tmp_path, "folder", "two"),
        ):
            pass


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be asked after on Windows")
def test_process_that_ended_but_left_one_behind_is_said_so(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with exclusive(tmp_path, "folder", "one"):
        note = tmp_path / ".lock-holder.json"
        note.write_text(json.dumps(json.loads(note.read_text()) | {"pid": ended.pid}))
        with (
            pytest.raises(
                BusyError, match=rf"process {ended.pid} \(one, .*\) has ended, but a pro"
            ),
            exclusive(tmp_path, "folder", "two"),
        ):
            pass


def test_folder_that_cannot_be_made_is_a_write_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(WriteError, match=r"cannot write .*file.*nothing was changed"),
        exclusive(tmp_path / "file", "folder", "one"),
    ):
        pass
