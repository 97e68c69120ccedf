"""Fixtures that every test may use."""

import csv
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run, and no limit on their time: a busy machine fails no test.
settings.register_profile(
    "weaklabel", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("weaklabel")

LFS = """
import weaklabel as wl

promotion = wl.keyword_lf(["subscribe", "free"], "spam", name="promotion",
                          votes_on=[("Subscribe!", "spam")], abstains_on=["nice"])
link = wl.regex_lf(r"https?://", "spam", name="link")
praise = wl.keyword_lf(["love", "nice", "great"], "ham", name="praise")


@wl.labeling_function()
def short(item):
    return "ham" if len(item.text.split()) <= 2 else None
"""

CONFIG = """
[data]
files = ["comments.csv"]
id_column = "id"
text_column = "text"
gold_column = "gold"
[labels]
classes = ["ham", "spam"]
[labeling_functions]
files = ["lfs.py"]
[review]
budget = 10
[output]
formats = ["parquet", "csv", "jsonl"]
"""

HAM = ["I love this song", "nice", "great voice, great band", "what a chorus", "my mother sang it"]
SPAM = [
    "subscribe to me please",
    "free money at http://a.org",
    "look at http://b.org now",
    "visit my page",
]


def write_comments(path: Path, n_items: int = 60) -> None:
    """Write a small CSV of comments with gold; every text is distinct."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text", "gold"])
        for i in range(n_items):
            gold, texts = ("spam", SPAM) if i % 3 == 0 else ("ham", HAM)
            writer.writerow(
                [f"c{i:03d}", f"{texts[i // 3 % len(texts)]} {'abcdefghij'[i % 10]}{i}", gold]
            )


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder with the benchmark data, or skip where there is none."""
    folder = Path(os.environ.get("WEAKLABEL_SHARED", Path(__file__).parents[2] / "shared"))
    if not (folder / "bench").is_dir():
        pytest.skip(
            f"no benchmark data in {folder}; set WEAKLABEL_SHARED to the folder that has them"
        )
    return folder


@pytest.fixture(scope="session")
def make_project() -> Callable[[Path], Path]:
    """Return a function that makes a project with 60 comments, four labeling functions and gold."""

    def make(folder: Path) -> Path:
        folder.mkdir()
        write_comments(folder / "comments.csv")
        (folder / "lfs.py").write_text(LFS, encoding="utf-8")
        (folder / "weaklabel.toml").write_text(CONFIG, encoding="utf-8")
        return folder

    return make


@pytest.fixture
def small_project(make_project: Callable[[Path], Path], tmp_path: Path) -> Path:
    """Return a fresh project folder, not run yet."""
    return make_project(tmp_path / "project")


@pytest.fixture(scope="session")
def project_done_once(
    make_project: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a project that has run; copy it before changing it."""
    from weaklabel.project import Project

    folder = make_project(tmp_path_factory.mktemp("done") / "project")
    Project(folder, progress=False).run()
    return folder


@pytest.fixture
def done(project_done_once: Path, tmp_path: Path) -> Path:
    """Return a copy of a project that has run."""
    folder = tmp_path / "copy"
    shutil.copytree(project_done_once, folder)
    return folder
