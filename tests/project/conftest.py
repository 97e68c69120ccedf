"""The PostgreSQL server that the tests of the decision log start, for projects that keep theirs there."""

import importlib.util
from pathlib import Path

_FILE = Path(__file__).parents[1] / "review" / "conftest.py"
_spec = importlib.util.spec_from_file_location("weaklabel_tests_review_conftest", _FILE)
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)

cluster = _module.cluster
