"""The number of threads of the linear algebra library changes no bit of a result."""

import os
import subprocess
import sys

import pytest

# More than ten thousand distinct patterns: libraries take a second thread for long sums only.
PROGRAM = """
import hashlib, sys, warnings
import numpy as np
from weaklabel.models import label_model
from weaklabel.testing import synthetic_votes
warnings.simplefilter("ignore")
crowd, _ = synthetic_votes(40_000, 30, n_classes=3, accuracy=0.6, coverage=0.5)
rules, _ = synthetic_votes(40_000, 30, n_classes=3, coverage=0.3, one_class_share=0.8)
for name in sys.argv[1:]:
    settings = {"max_iter": 5} if name in ("DawidSkene", "EBCC") else {}
    for votes in (crowd, rules):
        model = label_model(name, **settings).fit(votes)
        digest = hashlib.sha256(model.predict_proba(votes).tobytes())
        for key in sorted(vars(model)):
            if isinstance(getattr(model, key), np.ndarray):
                digest.update(getattr(model, key).tobytes())
        print(name, digest.hexdigest())
"""
NAMES = ("LabelModel", "DawidSkene", "EBCC", "MatrixCompletion")


def bits(n_threads: int) -> list[str]:
    variables = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = os.environ | dict.fromkeys(variables, str(n_threads))
    command = [sys.executable, "-c", PROGRAM, *NAMES]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.slow
def test_number_of_threads_changes_no_bit() -> None:
    assert bits(1) == bits(2)
