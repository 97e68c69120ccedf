"""What weaklabel.toml may say of the review, and the words where it is wrong."""

import pytest

from weaklabel.errors import ProjectError
from weaklabel.project import ReviewConfig, read_config

GOOD = """
[data]
files = ["a.csv"]
[labels]
classes = ["ham", "spam"]
[labeling_functions]
files = ["lfs.py"]
[review]
budget = 7
"""


def read(tmp_path, text):
    path = tmp_path / "weaklabel.toml"
    path.write_text(GOOD + text, encoding="utf-8")
    return read_config(path)


def test_without_a_word_one_answer_settles_an_item_and_the_random_stratum_is_blind(tmp_path):
    review = read(tmp_path, "").review
    assert review == ReviewConfig()
    assert (review.answers, review.blind, review.has_rule) == ((1, 1), ("random",), False)


def test_the_team_has_a_section_within_the_section(tmp_path):
    settings = """
guidelines = "guide.md"
store = "postgresql://host/db"
image_columns = "photo"
keymap = { accept = ["y"], "class:ham" = "h" }
blind = []
[review.team]
answers = [2, 3]
gold_file = "checks.csv"
gold_rate = 0.05
lease_seconds = 60
"""
    config = read(tmp_path, settings)
    review = config.review
    assert config.budget == 7
    assert (review.guidelines, review.store) == ("guide.md", "postgresql://host/db")
    assert (review.image_columns, review.blind) == (("photo",), ())
    assert review.keymap == {"accept": ["y"], "class:ham": "h"}
    assert (review.answers, review.gold_rate, review.lease_seconds) == ((2, 3), 0.05, 60.0)
    assert review.has_rule


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[review.taem]\n", "key 'taem' in [review] is unknown."),
        (
            "[review.team]\noverlp = 1\n",
            "key 'overlp' in [review.team] is unknown. Did you mean 'overlap'?",
        ),
        ("team = 3\n", "[review.team] must be a section with keys under it."),
        (
            "[review.team]\nanswers = 2\n",
            "[review.team] answers is 2, must be two whole numbers, such as [2, 3].",
        ),
        (
            "[review.team]\nanswers = [true, 3]\n",
            "must be two whole numbers, such as [2, 3].",
        ),
        (
            "[review.team]\nanswers = [2, 4]\n",
            "[review.team] answers is [2, 4], must be [k, n] with k more than half of n",
        ),
        ("[review.team]\nanswers = [0, 0]\n", "answers is [0, 0], must be [k, n] with k more"),
        (
            "[review.team]\noverlap = 1.5\n",
            "[review.team] overlap is 1.5, must be a number in [0, 1].",
        ),
        (
            "[review.team]\nanswers = [2, 3]\noverlap = 0.5\n",
            "overlap is 0.5, must be 0 where answers is [2, 3], by which every item gets several.",
        ),
        (
            "[review.team]\ngold_rate = 0.1\n",
            "gold_rate is 0.1, must be 0 without a gold_file. Name a CSV with the columns item_id",
        ),
        (
            "[review.team]\nlease_seconds = 1\n",
            "[review.team] lease_seconds is 1.0, must be a number in [10, inf).",
        ),
        ('keymap = "a"\n', "[review] keymap is 'a', must be a table such as"),
    ],
)
def test_wrong_settings_are_refused_in_words(tmp_path, text, message):
    with pytest.raises(ProjectError) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)
