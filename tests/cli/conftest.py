"""The command line, as a user meets it: output, errors in words, exit status."""

import pytest

from weaklabel.cli import main


@pytest.fixture
def cli(capsys):
    """Return a function that runs a command, and returns exit status, output and messages."""

    def run(*arguments):
        status = main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        return status, out, err

    return run
