"""The written weaklabel.toml says what the settings say."""

import ast

from hypothesis import given
from hypothesis import strategies as st

from weaklabel.project import ProjectConfig, ReviewConfig, read_config
from weaklabel.project._template import config_text, starter_lfs

NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=8).filter(
    lambda t: t.strip() == t
)
KEYS = NAMES | st.lists(NAMES, max_size=2)
REVIEWS = st.builds(
    ReviewConfig,
    guidelines=NAMES | st.just(""),
    store=NAMES | st.just(""),
    columns=st.lists(NAMES, max_size=2).map(tuple),
    image_columns=st.lists(NAMES, max_size=2).map(tuple),
    image_folder=NAMES | st.just(""),
    keymap=st.dictionaries(NAMES, KEYS, max_size=2),
    blind=st.lists(NAMES, max_size=2).map(tuple),
    answers=st.sampled_from([(1, 1), (2, 3), (2, 2)]),
    blind_second_reviewers=st.booleans(),
    gold_file=NAMES,
    gold_rate=st.floats(0, 0.5),
    lease_seconds=st.floats(10, 1e6),
)
CONFIGS = st.builds(
    ProjectConfig,
    data_files=st.lists(NAMES, min_size=1, max_size=2).map(tuple),
    id_column=NAMES | st.just(""),
    text_column=NAMES | st.just(""),
    gold_column=NAMES,
    gold_values=st.dictionaries(NAMES, NAMES, max_size=2),
    classes=st.lists(NAMES, min_size=2, max_size=3, unique=True).map(tuple),
    lf_files=st.lists(NAMES, min_size=1, max_size=2).map(tuple),
    label_model_parameters=st.dictionaries(NAMES, st.integers(0, 9), max_size=2),
    refine=st.booleans(),
    budget=st.integers(1, 999),
    review=REVIEWS,
    seed=st.integers(0, 9),
)


@given(CONFIGS)
def test_what_is_written_is_read_back(tmp_path_factory, config):
    path = tmp_path_factory.mktemp("project") / "weaklabel.toml"
    path.write_text(config_text(config), encoding="utf-8")
    assert read_config(path) == config


def test_a_wrench_folder_is_read_back(tmp_path):
    config = ProjectConfig(wrench="votes", text_column="text")
    path = tmp_path / "weaklabel.toml"
    path.write_text(config_text(config), encoding="utf-8")
    assert read_config(path) == config


def test_the_starter_labeling_functions_are_python_with_the_class_names():
    for text in (True, False):
        source = starter_lfs(("no", 'y"es'), text)
        ast.parse(source)
        assert "CLASS" not in source
