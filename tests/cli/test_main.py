"""The application: version, help, exit status, one message for each failure."""

import subprocess
import sys

import pytest


def test_version_and_help(cli):
    assert cli("--version") == (0, "weaklabel 0.1.0\n", "")
    status, out, _ = cli("--help")
    assert status == 0
    assert "check-lfs" in out


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["run"], 2, "there is no weaklabel.toml in"),
        (["rnu"], 2, "rnu"),
        (["run", "--budget", "3"], 2, "--budget"),
        (["demo", "--task", "eggs"], 2, "'eggs'"),
        (["init", "--data", "none.csv"], 1, "none.csv"),
    ],
)
def test_wrong_use_is_two_and_failure_is_one_without_traceback(
    cli, monkeypatch, tmp_path, arguments, status, words
):
    monkeypatch.chdir(tmp_path)
    found, _, err = cli(*arguments)
    assert found == status
    assert words in err
    assert "Traceback" not in err


def test_debug_shows_the_traceback(small_project):
    lfs = small_project / "lfs.py"
    lfs.write_text(lfs.read_text(encoding="utf-8").replace("    return", "    1 / 0\n    return"))
    command = [sys.executable, "-c", "import sys; from weaklabel.cli import main; sys.exit(main())"]
    done = subprocess.run(
        [*command, "--debug", "run", "-p", str(small_project)], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_what_nobody_foresaw_is_one_message_too(cli, small_project, monkeypatch):
    monkeypatch.setattr("weaklabel.project.Project.run", lambda *a, **k: {}["gone"])
    status, _, err = cli("run", "-p", small_project)
    assert status == 1
    assert "error: unexpected KeyError: 'gone'." in err
