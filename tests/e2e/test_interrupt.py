"""Ctrl-C in the middle of a run: what is finished is kept, and the next run goes on."""

import signal
import subprocess
import sys
import time

import pytest

from weaklabel.project import Project

SLOW = """

@wl.labeling_function()
def slow(item):
    import pathlib, time
    pathlib.Path(__file__).with_name("started").touch()
    time.sleep(0.5)
"""


@pytest.mark.slow
def test_a_run_that_was_interrupted_goes_on(small_project):
    lfs = small_project / "lfs.py"
    quick = lfs.read_text(encoding="utf-8")
    lfs.write_text(quick + SLOW, encoding="utf-8")
    command = [sys.executable, "-c", "import sys; from weaklabel.cli import main; sys.exit(main())"]
    run = subprocess.Popen(
        [*command, "run", "-p", str(small_project)], stderr=subprocess.PIPE, text=True
    )
    try:
        deadline = time.monotonic() + 60
        while not (small_project / "started").exists():
            assert run.poll() is None, run.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=60)
    finally:
        run.kill()
        run.wait()
    assert run.returncode == 130
    assert "Stopped. What is finished is kept" in err
    assert "Traceback" not in err
    lfs.write_text(quick + SLOW.replace("time.sleep(0.5)", "pass"), encoding="utf-8")
    project = Project(small_project, progress=False)
    project.run()
    assert project.facts("apply")["recomputed"] == ["slow"]
