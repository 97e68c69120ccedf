"""The command line as a module."""

import subprocess
import sys


def test_the_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "weaklabel.cli", "--version"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "weaklabel 0.1.0\n")
