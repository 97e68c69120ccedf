import numpy as np

from weaklabel.models._em import EMFit
from weaklabel.models._restarts import best_run


def ending_at(name: str, objective: float) -> EMFit[str]:
    trace = np.array([-1000.0, objective])
    return EMFit(name, np.empty((0, 2)), trace, trace, 2, True, 0.0)


def best_of(*objectives: float) -> str:
    return best_run(
        [lambda i=i, o=o: ending_at(str(i), o) for i, o in enumerate(objectives)]
    ).parameters


def test_highest_last_objective_wins() -> None:
    assert best_of(-3.0, -1.0, -2.0) == "1"


def test_first_of_runs_that_ended_alike_wins_whatever_the_last_bits() -> None:
    assert best_of(-100.0, -100.0 + 1e-9) == "0"
    assert best_of(-100.0, -100.0 - 1e-9) == "0"


def test_single_run_is_the_best() -> None:
    assert best_of(-5.0) == "0"
