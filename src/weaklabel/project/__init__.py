"""Project folders: weaklabel.toml and the stages in order; composition, no logic."""

from weaklabel.project._config import CONFIG_NAME, ProjectConfig, read_config
from weaklabel.project._demo import prepare_demo, simulate_review
from weaklabel.project._init import guess_config, init_project
from weaklabel.project._measure import label_accuracy, queue_yield
from weaklabel.project._project import Project, StageStatus
from weaklabel.project._words import answer_words, label_words, queue_words

__all__ = [
    "CONFIG_NAME",
    "Project",
    "ProjectConfig",
    "StageStatus",
    "answer_words",
    "guess_config",
    "init_project",
    "label_accuracy",
    "label_words",
    "prepare_demo",
    "queue_words",
    "queue_yield",
    "read_config",
    "simulate_review",
]
