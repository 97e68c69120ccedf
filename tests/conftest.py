"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder with the benchmark data, or skip where there is none."""
    folder = Path(os.environ.get("WEAKLABEL_SHARED", Path(__file__).parents[2] / "shared"))
    if not (folder / "bench").is_dir():
        pytest.skip(
            f"no benchmark data in {folder}; set WEAKLABEL_SHARED to the folder that has them"
        )
    return folder
