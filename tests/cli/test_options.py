"""Options that several commands share."""

import pytest


@pytest.mark.parametrize("command", ["run", "apply"])
def test_a_wrong_number_of_workers_is_wrong_use(cli, small_project, command):
    status, _, err = cli(command, "-p", small_project, "--n-jobs", "0")
    assert status == 2
    assert "n_jobs is 0, must be an integer of at least 1. Or -1: one on each core." in err
