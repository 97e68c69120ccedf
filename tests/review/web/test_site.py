import asyncio
import threading

import pytest
from starlette.requests import Request

from weaklabel.review.web._cookies import Claim
from weaklabel.review.web._errors import RefusedError


@pytest.fixture
def solo(solo_app):
    return solo_app.state.site


@pytest.fixture
def site(team_app):
    return team_app.state.site


@pytest.fixture
def login(finish):
    """Return a function that exchanges a token for a claim."""
    return lambda site, token: finish(site.login(token))


def test_the_address_to_open_first_holds_the_token_of_one_reviewer(solo, site):
    assert solo.start_path == "/?token=the-token-of-the-link"
    assert site.start_path == "/"


def test_the_token_of_the_link_is_the_reviewers(solo, login):
    claim = login(solo, "the-token-of-the-link")
    assert claim.reviewer == "ann"
    assert solo.name(claim) == "ann"


@pytest.mark.parametrize("token", ["", "the-token-of-the-lin", "the-token-of-the-link ", "ä"])
def test_another_token_is_nobodys(solo, token, login):
    assert login(solo, token) is None


def test_a_claim_of_another_name_or_token_is_refused(solo, login):
    claim = login(solo, "the-token-of-the-link")
    for wrong in (Claim("bob", claim.fingerprint), Claim("ann", "0" * 16), Claim("", "")):
        with pytest.raises(RefusedError, match="not signed in"):
            solo.name(wrong)


def test_a_fingerprint_is_not_the_token(solo, login):
    assert login(solo, "the-token-of-the-link").fingerprint not in "the-token-of-the-link"


def test_in_a_team_the_desk_knows_whose_token_it_is(site, login):
    assert login(site, "token of lea") == Claim("lea", "of token of lea")
    assert login(site, "the-token-of-the-link") is None


def test_a_claim_is_void_when_its_token_is_revoked_or_replaced(site, team, login):
    claim = login(site, "token of ann")
    assert site.name(claim) == "ann"
    team.tokens["ann"] = "a new token"
    with pytest.raises(RefusedError):
        site.name(claim)
    del team.tokens["ann"]
    with pytest.raises(RefusedError):
        site.name(claim)


def test_a_request_without_a_cookie_claims_nothing(site, finish):
    request = Request({"type": "http", "method": "GET", "headers": []})
    with pytest.raises(RefusedError) as caught:
        site.claim(request)
    assert caught.value.code == "unauthenticated"
    assert finish(site.signed_in(request)) is None


def test_the_desk_is_called_outside_the_loop(site, finish):
    here = threading.current_thread().name
    there = finish(site.run(lambda: threading.current_thread().name))
    assert there != here
    assert there.startswith("weaklabel-reply")


def test_fifty_replies_wait_side_by_side(site, finish):
    together = threading.Barrier(50)

    async def all_at_once():
        return await asyncio.gather(*(site.run(together.wait, 30) for _ in range(50)))

    assert sorted(finish(all_at_once())) == list(range(50))
