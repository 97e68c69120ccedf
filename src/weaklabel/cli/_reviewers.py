"""Commands on the people of a team's review: their names, roles and tokens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from weaklabel.cli._options import ProjectOption, StoreOption

if TYPE_CHECKING:
    from weaklabel.review.team import Reviewers

__all__ = ["add_reviewer", "list_reviewers", "revoke_reviewer", "rotate_reviewer"]

NameArgument = Annotated[str, typer.Argument(help="The name that stands by the answers.")]


def add_reviewer(
    name: NameArgument,
    role: Annotated[
        str,
        typer.Option("--role", help="reviewer; expert, who also settles disputes; or lead."),
    ] = "reviewer",
    project: ProjectOption = Path(),
    store: StoreOption = None,
) -> None:
    """Let somebody sign in, and print their token, which is shown only now."""
    token = _reviewers(project, store).add(name, role)
    print(f"{_plain(name)} may sign in as {role}.")
    _print_token(name, token, project)


def list_reviewers(project: ProjectOption = Path(), store: StoreOption = None) -> None:
    """List who may sign in, and who no longer may."""
    found = _reviewers(project, store).list()
    if not found:
        print(f"Nobody yet. Add people: weaklabel reviewers add NAME -p {project}")
        return
    width = max(len(_plain(entry.name)) for entry in found)
    for entry in found:
        until = f"  revoked {entry.revoked_at[:10]}" if entry.revoked_at else ""
        print(f"{_plain(entry.name):{width}}  {entry.role:8}  since {entry.created_at[:10]}{until}")


def revoke_reviewer(
    name: NameArgument, project: ProjectOption = Path(), store: StoreOption = None
) -> None:
    """Let somebody in no longer, within a second; their answers stay."""
    _reviewers(project, store).revoke(name)
    print(f"{_plain(name)} can no longer sign in. Their answers stay.")


def rotate_reviewer(
    name: NameArgument, project: ProjectOption = Path(), store: StoreOption = None
) -> None:
    """Give somebody a new token, and print it; the old one holds no longer."""
    token = _reviewers(project, store).rotate(name)
    print(f"The old token of {_plain(name)} no longer holds.")
    _print_token(name, token, project)


def _reviewers(project: Path, store: str | None) -> Reviewers:
    from weaklabel.project import open_store
    from weaklabel.review.team import Reviewers

    return Reviewers(open_store(project, store or ""))


def _print_token(name: str, token: str, project: Path) -> None:
    print(f"\n    {token}\n")
    print(
        f"This is the token of {_plain(name)}, shown only now: only its hash is kept. Send it to "
        "them by a way that nobody else reads; they paste it at the sign-in of the page that "
        f"`weaklabel review --team` serves. Lost? weaklabel reviewers rotate NAME -p {project}"
    )


def _plain(name: str) -> str:
    """Return a name as a terminal can show it, whatever was entered."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in name)
