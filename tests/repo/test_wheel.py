"""The built wheel holds what an installed package needs."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_wheel_carries_types_and_example_labeling_functions(tmp_path):
    pytest.importorskip("hatchling", reason="hatchling builds the wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "weaklabel/py.typed" in names
    assert "weaklabel/examples/labeling_functions/youtube_spam.py" in names
    assert "weaklabel/examples/labeling_functions/tumours.py" in names
    assert not [name for name in names if name.startswith(("tests/", "notebooks/"))]
