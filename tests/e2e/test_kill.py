"""kill -9 and power cuts: the next run goes on from what was finished, and gives the same bits."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from weaklabel import io
from weaklabel.apply import apply_with_report
from weaklabel.errors import BusyError
from weaklabel.lf import keyword_lf
from weaklabel.project import Project

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows"),
]

#: Says which items it saw, and stops at one of them until it is allowed to go on.
WAITS = """

@wl.labeling_function()
def waits(item):
    import pathlib, time
    here = pathlib.Path(__file__).parent
    with (here / "seen").open("a") as file:
        print(item.id, file=file)
    if item.id == "c034" and not (here / "go").exists():
        (here / "reached").touch()
        while not (here / "go").exists():
            time.sleep(0.01)
    return "spam" if item.text.endswith("7") else None
"""

COMMAND = [sys.executable, "-c", "import sys; from weaklabel.cli import main; sys.exit(main())"]


def wait_for(path, process):
    deadline = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def project(small_project):
    """A project of 60 items in chunks of 10, with a function that waits at item 34."""
    with (small_project / "lfs.py").open("a", encoding="utf-8") as file:
        file.write(WAITS)
    with (small_project / "weaklabel.toml").open("a", encoding="utf-8") as file:
        file.write("[apply]\nchunk_rows = 10\n")
    return small_project


@pytest.fixture
def at_work(project):
    """A process that is at item 34, in the fourth chunk."""
    process = subprocess.Popen(
        [*COMMAND, "apply", "-p", str(project)], stderr=subprocess.PIPE, text=True
    )
    wait_for(project / "reached", process)
    yield process
    process.kill()
    process.wait()
    process.stderr.close()


def test_a_killed_run_goes_on_and_gives_the_same_bits(project, at_work):
    at_work.send_signal(signal.SIGKILL)
    assert at_work.wait(60) == -signal.SIGKILL
    (project / "go").touch()
    seen = (project / "seen").read_text().split()
    assert seen == [f"c{i:03d}" for i in range(35)]
    again = Project(project, progress=False)
    again.run("apply")
    # Three chunks were finished: none of their items is looked at again, all others are.
    seen_again = (project / "seen").read_text().split()[len(seen) :]
    assert seen_again == [f"c{i:03d}" for i in range(30, 60)]
    killed = io.load(project / ".weaklabel" / "votes.parquet").codes
    unbroken = apply_with_report(again.workspace.lfs, again.workspace.items, ["ham", "spam"])
    assert np.array_equal(killed, unbroken.votes.codes)


def test_while_it_runs_nobody_else_may_and_it_is_said_who_does(project, at_work, capsys):
    from weaklabel.cli import main

    answers = project / "answers.csv"
    answers.write_text("item_id,answer\nc001,spam\n", encoding="utf-8")
    for command in (["run"], ["apply"], ["decide", str(answers), "--reviewer", "ann"]):
        assert main([*command, "-p", str(project), *(["-q"] if len(command) == 1 else [])]) == 1
        said = capsys.readouterr().err
        assert f"error: the project in {project.resolve()} is in use: weaklabel run until" in said
        assert f"process {at_work.pid} on" in said
        assert "Wait until it is done, or stop it, then try again." in said
    with pytest.raises(BusyError):
        Project(project, progress=False).run()
    assert not (project / "review" / "decisions.sqlite").exists()
    assert main(["status", "-p", str(project)]) == 0  # looking is allowed
    (project / "go").touch()
    assert at_work.wait(60) == 0
    assert main(["decide", str(answers), "--reviewer", "ann", "-p", str(project)]) == 0


#: Applies with a cache and is killed at one of its writes; a power cut also tears what it wrote.
KILLED = """
import os, signal, sys
cache, n_writes, how = sys.argv[1], int(sys.argv[2]), sys.argv[3]
from weaklabel.apply import apply
from tests_of_kill import ITEMS, LFS
replace, left = os.replace, [n_writes]
def counted(source, target):
    left[0] -= 1
    if left[0] >= 0:
        return replace(source, target)
    if how != "before":
        if how == "torn":
            os.truncate(source, os.path.getsize(source) // 2)
        if how == "zeros":
            size = os.path.getsize(source)
            os.truncate(source, 0)
            os.truncate(source, size)
        replace(source, target)
    os.kill(os.getpid(), signal.SIGKILL)
os.replace = counted
apply(LFS, ITEMS, ["ham", "spam"], cache=cache, chunk_rows=10)
print("done")
"""

MODULE = """
from weaklabel.lf import keyword_lf
ITEMS = [f"word{i % 7} {i}" for i in range(40)]
LFS = [keyword_lf(f"word{j}", ("ham", "spam")[j % 2], name=f"f{j}") for j in range(N_LFS)]
"""


@pytest.mark.parametrize("n_lfs", [3, 12])
@pytest.mark.parametrize("how", ["before", "after", "torn", "zeros"])
def test_killed_again_and_again_at_its_writes_it_gets_there(tmp_path, how, n_lfs):
    (tmp_path / "tests_of_kill.py").write_text(MODULE.replace("N_LFS", str(n_lfs)))
    cache = tmp_path / "cache"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    n_runs = 0
    while True:
        n_runs += 1
        command = [sys.executable, "-c", KILLED, str(cache), str(2 if n_lfs == 3 else 1), how]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.stdout == "done\n":
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert n_runs < 30
    assert n_runs > 2
    lfs = [keyword_lf(f"word{j}", ("ham", "spam")[j % 2], name=f"f{j}") for j in range(n_lfs)]
    items = [f"word{i % 7} {i}" for i in range(40)]
    kept = apply_with_report(lfs, items, ["ham", "spam"], cache=cache, chunk_rows=10)
    assert kept.recomputed == ()
    assert np.array_equal(
        kept.votes.codes, apply_with_report(lfs, items, ["ham", "spam"]).votes.codes
    )


#: Writes votes to a folder; says which items it saw, and stops at one unless it may go on.
TO_FOLDER = """
import os, sys, time
from weaklabel.apply import apply_to_folder
from weaklabel.lf import keyword_lf, labeling_function

@labeling_function
def waits(item):
    with open("seen", "a") as file:
        print(item.item_id, file=file)
    if item.item_id == "i034" and "GO_ON" not in os.environ:
        open("reached", "x").close()
        while True:
            time.sleep(0.01)
    return "spam" if item.text.endswith("7") else None

items = [{"item_id": f"i{i:03d}", "text": f"win {i}" if i % 3 else f"no {i}"} for i in range(60)]
lfs = [keyword_lf("win", "spam", name="win"), waits]
options = {"timeout_seconds": 600.0} if sys.argv[1] == "in a worker" else {}
apply_to_folder(lfs, items, ["ham", "spam"], "votes", chunk_rows=10, **options)
"""


def parts_of(folder):
    return {path.name: path.read_bytes() for path in sorted((folder / "votes").iterdir())}


@pytest.mark.parametrize("left", ["whole", "torn", "zeros"])
@pytest.mark.parametrize("where", ["here", "in a worker"])
def test_a_killed_run_to_a_folder_goes_on_and_gives_the_same_bytes(tmp_path, left, where):
    unbroken, killed = tmp_path / "unbroken", tmp_path / "killed"
    for folder in (unbroken, killed):
        folder.mkdir()
    goes_on = os.environ | {"GO_ON": "1"}
    command = [sys.executable, "-c", TO_FOLDER, where]
    subprocess.run(command, cwd=unbroken, env=goes_on, check=True)

    with subprocess.Popen(command, cwd=killed, stderr=subprocess.PIPE, text=True) as process:
        wait_for(killed / "reached", process)
        process.send_signal(signal.SIGKILL)
        assert process.wait(60) == -signal.SIGKILL
    finished = parts_of(killed)
    assert list(finished) == [f"part-{i:06d}.parquet" for i in range(3)]
    seen = len((killed / "seen").read_text().split())
    last = killed / "votes" / "part-000002.parquet"
    if left != "whole":  # a power cut
        n_bytes = last.stat().st_size
        os.truncate(last, n_bytes // 2)
        os.truncate(last, n_bytes if left == "zeros" else n_bytes // 2)

    subprocess.run(command, cwd=killed, env=goes_on, check=True)
    # Items of whole parts are not looked at again, all others are.
    first = 30 if left == "whole" else 20
    again = (killed / "seen").read_text().split()[seen:]
    assert again == [f"i{i:03d}" for i in range(first, 60)]
    assert parts_of(killed) == parts_of(unbroken)
    assert finished.items() <= parts_of(killed).items()
