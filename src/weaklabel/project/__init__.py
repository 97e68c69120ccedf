"""Project folders: weaklabel.toml and the stages in order; composition, no logic."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weaklabel.project._config import CONFIG_NAME, ProjectConfig, read_config
    from weaklabel.project._demo import prepare_demo, simulate_review
    from weaklabel.project._init import guess_config, init_project
    from weaklabel.project._measure import label_accuracy, queue_yield
    from weaklabel.project._project import Project, StageStatus
    from weaklabel.project._review import ProjectReview, open_review, open_store
    from weaklabel.project._review_config import ReviewConfig
    from weaklabel.project._words import answer_words, decision_words, label_words, queue_words

__all__ = [
    "CONFIG_NAME",
    "Project",
    "ProjectConfig",
    "ProjectReview",
    "ReviewConfig",
    "StageStatus",
    "answer_words",
    "decision_words",
    "guess_config",
    "init_project",
    "label_accuracy",
    "label_words",
    "open_review",
    "open_store",
    "prepare_demo",
    "queue_words",
    "queue_yield",
    "read_config",
    "simulate_review",
]

#: What is imported when it is first asked for, by module: a review must not wait for the stages.
_LATER = {
    "_config": ("CONFIG_NAME", "ProjectConfig", "read_config"),
    "_demo": ("prepare_demo", "simulate_review"),
    "_init": ("guess_config", "init_project"),
    "_measure": ("label_accuracy", "queue_yield"),
    "_project": ("Project", "StageStatus"),
    "_review": ("ProjectReview", "open_review", "open_store"),
    "_review_config": ("ReviewConfig",),
    "_words": ("answer_words", "decision_words", "label_words", "queue_words"),
}
_MODULE_OF = {name: module for module, names in _LATER.items() for name in names}


if not TYPE_CHECKING:  # else a name that does not exist would be anything

    def __getattr__(name: str) -> Any:
        """Import what `_LATER` lists when it is first asked for (PEP 562)."""
        if name not in _MODULE_OF:
            raise AttributeError(f"module 'weaklabel.project' has no attribute {name!r}")
        module = _import_module(f"weaklabel.project.{_MODULE_OF[name]}")
        value = globals()[name] = getattr(module, name)
        return value


def __dir__() -> list[str]:
    """Return all names, also those that are not imported yet."""
    return sorted({*globals(), *_MODULE_OF})
