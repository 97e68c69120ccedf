"""The reference pages name every command, option and public name; docstrings are numpydoc."""

import re
from pathlib import Path

import pytest
from numpydoc.validate import validate
from typer.main import get_command

import weaklabel
from weaklabel.cli import app

DOCS = Path(__file__).parents[2] / "docs"
COMMANDS = get_command(app).commands
PUBLIC = [name for name in weaklabel.__all__ if callable(getattr(weaklabel, name))]

#: Checks of numpydoc that every public docstring passes.
CHECKED = {"GL08", "SS01", "SS03", "SS05", "PR01", "PR02", "PR03", "PR07", "RT01", "YD01"}


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_the_command_reference_has_every_command_and_option(command):
    page = (DOCS / "reference" / "command-line.md").read_text(encoding="utf-8")
    section = re.search(
        rf"^## weaklabel {command}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL
    )
    assert section, f"docs/reference/command-line.md has no section '## weaklabel {command}'"
    options = [
        o for p in COMMANDS[command].params for o in p.opts if o.startswith("--") and o != "--help"
    ]
    assert [o for o in options if o not in section.group(1)] == []


@pytest.mark.parametrize("name", sorted(weaklabel.__all__))
def test_the_api_reference_has_every_public_name(name):
    assert f"`{name}`" in (DOCS / "reference" / "api.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PUBLIC)
def test_public_docstrings_are_numpydoc(name):
    thing = getattr(weaklabel, name)
    found = validate(f"{thing.__module__}.{thing.__qualname__}")["errors"]
    assert [f"{code}: {text}" for code, text in found if code in CHECKED] == []


def test_the_decisions_page_lists_every_decision():
    index = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    files = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    assert len(files) >= 9
    assert [f.name for f in files if f.name not in index] == []
