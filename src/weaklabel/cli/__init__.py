"""The command line: arguments in, text out."""

from weaklabel.cli._main import app, main

__all__ = ["app", "main"]
