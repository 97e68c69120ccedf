"""The command review: the review set on a page of this machine, or for a team."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from weaklabel.cli._options import ProjectOption, StoreOption
from weaklabel.errors import ParameterError, WeaklabelError

if TYPE_CHECKING:
    from weaklabel.project import ProjectReview
    from weaklabel.review.desk._desk import Desk

__all__ = ["review"]


def review(
    project: ProjectOption = Path(),
    reviewer: Annotated[
        str | None,
        typer.Option("--reviewer", "-r", help="Who answers; by default your login name."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", help="By default 8642, or the next that is free; 0 for any."),
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address, and open nothing.")
    ] = False,
    team: Annotated[
        bool, typer.Option("--team", help="For several people, who sign in with their tokens.")
    ] = False,
    store: StoreOption = None,
    host: Annotated[
        str,
        typer.Option("--host", help="Where to listen; elsewhere than on this machine with --team."),
    ] = "127.0.0.1",
    public_host: Annotated[
        list[str] | None,
        typer.Option("--public-host", help="A name that reviewers type, with --team; repeatable."),
    ] = None,
    tls_cert: Annotated[
        Path | None,
        typer.Option("--tls-cert", help="A certificate (PEM).", exists=True, dir_okay=False),
    ] = None,
    tls_key: Annotated[
        Path | None,
        typer.Option("--tls-key", help="Its key, if in another file.", exists=True, dir_okay=False),
    ] = None,
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option("--trusted-proxy", help="Address of a proxy before it; repeatable."),
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Let others in without TLS: all can be read.")
    ] = False,
) -> None:
    """Review the items that were chosen, in the browser; Ctrl-C ends it."""
    from weaklabel.project import open_review

    place = _Place(
        host,
        tuple(public_host or ()),
        port,
        tls_cert,
        tls_key,
        tuple(trusted_proxy or ()),
        insecure,
    )
    _check(place, team=team, reviewer=reviewer)
    name = "" if team else _name(reviewer)
    opened = open_review(project, team=team, store=store or "", say=_say)
    if not opened.n_items:
        raise ParameterError(
            f"the review set of {opened.title} is empty: every item is answered. "
            f"Run: weaklabel run -p {project}"
        )
    before = opened.last_decision()
    desk = opened.team_desk() if team else opened.desk(name)
    if team and not opened.has_reviewers():
        _say(f"Nobody may sign in yet. Add people: weaklabel reviewers add NAME -p {project}")
    try:
        _serve(opened, desk, name, place, project / ".weaklabel", browser=not no_browser)
    finally:
        desk.close()
    elsewhere = bool(store) and store != opened.config.store
    print(_farewell(opened, before, project, elsewhere=elsewhere), flush=True)
    opened.store.close()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where to listen, and who is let in."""

    host: str
    public_hosts: tuple[str, ...]
    port: int | None
    tls_cert: Path | None
    tls_key: Path | None
    proxies: tuple[str, ...]
    insecure: bool


def _serve(
    opened: ProjectReview, desk: Desk, name: str, place: _Place, work: Path, *, browser: bool
) -> None:
    """Serve a desk until Ctrl-C."""
    from weaklabel.review.web import DEFAULT_PORT, create_app, load_secret, serve, start_token

    secret = load_secret(work / "review_secret")
    app = create_app(
        desk,
        secret=secret,
        allowed_hosts=place.public_hosts,
        start_token=None if desk.is_team else start_token(secret),
        reviewer=name or None,
    )

    def ready(url: str) -> None:
        opened.highlights.start()
        who = name or "a team"
        print(f"Review of {opened.title}: {opened.n_items} items, for {who}. Ctrl-C ends it.")
        print(url, flush=True)
        if browser:
            import webbrowser

            webbrowser.open(url)

    serve(
        app,
        place.host,
        DEFAULT_PORT if place.port is None else place.port,
        ready=ready,
        say=_say,
        ssl_certfile=place.tls_cert,
        ssl_keyfile=place.tls_key,
        insecure=place.insecure,
        trusted_proxies=place.proxies,
    )


def _say(words: str) -> None:
    typer.echo(words, err=True)


def _name(reviewer: str | None) -> str:
    if reviewer is not None:
        if not reviewer.strip():
            raise ParameterError("--reviewer is empty, must be a name. It stands by each answer.")
        return reviewer.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container may have no name for its user
        raise ParameterError(
            "this system has no login name, so that nobody knows who answers. "
            "Say it: weaklabel review --reviewer NAME"
        ) from None


def _check(place: _Place, *, team: bool, reviewer: str | None) -> None:
    """Raise ParameterError, in words of the command line, for options that do not go together."""
    from weaklabel.review.web._addresses import is_loopback

    if team and reviewer is not None:
        raise ParameterError(
            "--reviewer does not go with --team, where everybody signs in by their own name."
        )
    if place.tls_key and not place.tls_cert:
        raise ParameterError("--tls-key goes with --tls-cert. Name the certificate too.")
    if place.public_hosts and not team:
        raise ParameterError(
            "--public-host goes with --team: one reviewer uses this machine alone."
        )
    if is_loopback(place.host):
        return
    if not team:
        raise ParameterError(
            f"--host {place.host} lets others reach the review, which needs --team: everybody then "
            "signs in with a name and a token (weaklabel reviewers add NAME). Or leave --host out."
        )
    if not place.public_hosts:
        raise ParameterError(
            f"--host {place.host} needs the name that reviewers type: --public-host "
            "review.example.org. Requests by another name are refused, so that no page of another "
            "site can reach the review."
        )
    if not place.tls_cert and not place.insecure:
        raise ParameterError(
            f"--host {place.host} needs TLS, or everyone on the way can read and change texts, "
            "answers and tokens. Give --tls-cert and --tls-key; or leave --host out and put a "
            "proxy that ends TLS before it (--trusted-proxy); or, in a network that you trust, "
            "--insecure."
        )


def _farewell(opened: ProjectReview, before: int, project: Path, *, elsewhere: bool) -> str:
    """Return what was stored, and what to do with it."""
    try:
        new = opened.store.since(before)[0]
    except WeaklabelError as error:
        return f"\nStopped. How many answers were stored cannot be told: {error}"
    n_answers = sum(decision.is_answer for decision in new)
    if not n_answers:
        return f"\nStopped. No answer was stored; go on with: weaklabel review -p {project}"
    stored = "1 answer is" if n_answers == 1 else f"{n_answers} answers are"
    if elsewhere:
        return (
            f"\nStopped. {stored} stored in {opened.store.name}; to take them in, name it as store "
            f"under [review] in weaklabel.toml, then: weaklabel run -p {project}"
        )
    return f"\nStopped. {stored} stored; take them in with: weaklabel run -p {project}"
