"""The Python examples in README and docs run as they stand."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
#: A page may name a package that it needs and that not everybody has.
NEEDS = re.compile(r"<!-- needs: (\w+) -->")
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def pages_with_code():
    for page in PAGES:
        text, name = page.read_text(encoding="utf-8"), page.relative_to(ROOT).as_posix()
        if BLOCK.search(text):
            yield pytest.param(
                page, id=name, marks=[pytest.mark.heavy] if NEEDS.search(text) else []
            )


@pytest.mark.parametrize("page", list(pages_with_code()))
def test_the_python_on_a_page_runs(page, tmp_path):
    text = page.read_text(encoding="utf-8")
    for package in NEEDS.findall(text):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
    code = "\n".join(BLOCK.findall(text))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_readme_shows_a_short_example():
    (first, *_) = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len([line for line in first.splitlines() if line.strip()]) <= 22
