"""weaklabel.toml: what it may say, and the words where it is wrong."""

import pytest

from weaklabel.errors import ProjectError
from weaklabel.project import read_config

GOOD = """
[data]
files = ["a.csv"]
[labels]
classes = ["ham", "spam"]
[labeling_functions]
files = ["lfs.py"]
"""


def read(tmp_path, text):
    path = tmp_path / "weaklabel.toml"
    path.write_text(text, encoding="utf-8")
    return read_config(path)


def test_what_is_not_said_has_a_default(tmp_path):
    config = read(tmp_path, GOOD)
    assert config.data_files == ("a.csv",)
    assert config.budget == 100
    assert config.formats == ("parquet",)
    assert config.refine is True


def test_how_functions_are_applied_can_be_said(tmp_path):
    settings = "[apply]\nn_jobs = -1\ntimeout_seconds = 3\nchunk_rows = 1000\n"
    config = read(tmp_path, GOOD + settings)
    assert (config.n_jobs, config.timeout_seconds, config.chunk_rows) == (-1, 3.0, 1000)
    assert read(tmp_path, GOOD).n_jobs == 1


def test_a_single_text_is_a_list_of_one(tmp_path):
    assert read(tmp_path, GOOD.replace('["a.csv"]', '"a.csv"')).data_files == ("a.csv",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD + "[reveiw]\n", "section [reveiw] is unknown. Did you mean 'review'?"),
        (
            GOOD + "[review]\nbugdet = 3\n",
            "key 'bugdet' in [review] is unknown. Did you mean 'budget'?",
        ),
        (
            GOOD + "[review]\nbudget = 0\n",
            "[review] budget is 0, must be an integer of at least 1.",
        ),
        (GOOD + '[review]\nbudget = "many"\n', "[review] budget is 'many', must be int."),
        (
            GOOD + "[review]\nrandom_share = 0.05\n",
            "[review] random_share is 0.05, must be a number in [0.1, 1].",
        ),
        (
            GOOD + "[apply]\nn_jobs = 0\n",
            "[apply] n_jobs is 0, must be an integer of at least 1. Or -1: one on each core.",
        ),
        (GOOD + "[apply]\nn_jobs = true\n", "[apply] n_jobs is True, must be int."),
        (
            GOOD + "[apply]\ntimeout_seconds = -1\n",
            "[apply] timeout_seconds is -1.0, must be a number in [0, inf).",
        ),
        (
            GOOD + "[apply]\nchunk_rows = 0\n",
            "[apply] chunk_rows is 0, must be an integer of at least 1.",
        ),
        (
            GOOD + "[refine]\nmax_trained = 5\n",
            "[refine] max_trained is 5, must be an integer of at least 1000.",
        ),
        (GOOD + "[refine]\nfolds = 1\n", "[refine] folds is 1, must be an integer of at least 2."),
        (GOOD + "[refine]\nenabled = 1\n", "[refine] enabled is 1, must be bool."),
        (
            GOOD + '[output]\nformats = ["xls"]\n',
            "[output] formats is 'xls', must be one of 'parquet'",
        ),
        (GOOD + "[output]\nsplits = { train = 0.5 }\n", "must be positive shares that sum to 1."),
        (
            GOOD + "[output]\nmin_confidence = 2\n",
            "[output] min_confidence is 2.0, must be a number in [0, 1].",
        ),
        (
            GOOD.replace('["ham", "spam"]', '["spam"]'),
            "[labels] classes is ('spam',), must be two or more",
        ),
        (
            GOOD.replace('["ham", "spam"]', "[1, 2]"),
            "[labels] classes is [1, 2], must be a list of texts.",
        ),
        (
            GOOD.replace('files = ["a.csv"]', ""),
            "[data] must name either files or a wrench folder.",
        ),
        (
            GOOD.replace('["lfs.py"]', "[]"),
            "[labeling_functions] files is empty, must name at least one file.",
        ),
        ("data = 3\n", "[data] must be a section with keys under it."),
        ("[data\n", "weaklabel.toml cannot be read:"),
    ],
)
def test_wrong_settings_are_refused_in_words(tmp_path, text, message):
    with pytest.raises(ProjectError) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)


def test_a_folder_without_settings_is_told_what_to_do(tmp_path):
    with pytest.raises(
        ProjectError, match=r"there is no weaklabel\.toml in .*Run `weaklabel init` there"
    ):
        read_config(tmp_path / "weaklabel.toml")
