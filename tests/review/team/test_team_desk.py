"""Several reviewers at one desk: nobody waits for another, and nothing is asked twice."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from weaklabel.core import Decision
from weaklabel.core._decision import ADJUDICATION
from weaklabel.errors import DecisionsError, ParameterError, WriteError
from weaklabel.review import DecisionStore
from weaklabel.review.session._guidelines import Guidelines

Team = Callable[..., Any]
Sit = Callable[..., Any]
Source = Callable[..., Any]


def answers(store: DecisionStore) -> list[tuple[str, str, str | None]]:
    return [(d.item_id, d.reviewer, d.label) for d in store.log() if d.is_answer]


def finish(screens: list[Any], label: str = "ham") -> None:
    """Let everybody answer in turn until nobody gets an item any more."""
    while any(screen.send("open")["screen"]["item"] for screen in screens):
        for screen in screens:
            if screen.send("open")["screen"]["item"]:
                screen.answer(label)


# Who gets what


def test_nobody_gets_an_item_that_somebody_else_has(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 30)
    screens = [screen(desk, name) for name in ("ann", "bob", "cy", "eve")]
    held = [{s.at, *s.ahead} for s in screens]
    assert sum(map(len, held)) == len(set().union(*held)) > 8
    finish(screens)
    assert sorted(item for item, _, _ in answers(store)) == [f"i{n:03}" for n in range(30)]


def test_two_desks_on_one_store_give_no_item_twice(
    team: Team,
    store: DecisionStore,
    open_store: Callable[..., DecisionStore],
    location: str,
    screen: Sit,
) -> None:
    one, two = team(store, 30), team(open_store(location), 30)
    screens = [screen(one, "ann"), screen(two, "bob"), screen(one, "cy"), screen(two, "eve")]
    finish(screens)
    assert max(Counter(item for item, _, _ in answers(store)).values()) == 1
    assert len(answers(store)) == 30


def test_every_item_of_the_overlap_share_gets_two_answers_of_two_people(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 12, overlap=1.0)
    finish([screen(desk, name) for name in ("ann", "bob", "cy")])
    assert set(Counter(item for item, _, _ in answers(store)).values()) == {2}
    assert len({(item, who) for item, who, _ in answers(store)}) == 24


def test_a_third_reviewer_is_asked_only_where_two_disagree(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 4, n_answers=(2, 3))
    ann, bob, cy = (screen(desk, name) for name in ("ann", "bob", "cy"))
    while ann.at:
        ann.answer("ham")
    while bob.at:
        bob.answer("spam" if bob.at == "i002" else "ham")
    assert cy.answer("ham") == "i002"
    assert cy.at is None
    assert len(answers(store)) == 9


def test_what_a_reviewer_left_behind_goes_to_others_when_the_lease_ends(
    team: Team, store: DecisionStore, screen: Sit, clock: Any
) -> None:
    desk = team(store, 3, lease_seconds=600)
    ann, bob = screen(desk, "ann"), screen(desk, "bob")
    assert ann.at == "i000"
    assert bob.at is None
    clock.time += 599
    assert bob.send("open")["screen"]["item"] is None
    clock.time += 2
    assert bob.send("open")["screen"]["item"]["item_id"] == "i000"


def test_who_works_slowly_keeps_the_items(
    team: Team, store: DecisionStore, screen: Sit, clock: Any
) -> None:
    desk = team(store, 4, lease_seconds=600)
    ann, bob = screen(desk, "ann"), screen(desk, "bob")
    while ann.at:
        clock.time += 500
        assert bob.at is None
        ann.answer()
        bob.send("open")
    assert len(answers(store)) == 4


def test_an_answer_after_the_lease_ended_is_kept_and_nobody_is_asked_again(
    team: Team, store: DecisionStore, screen: Sit, clock: Any
) -> None:
    desk = team(store, 3)
    ann, bob, cy = (screen(desk, name) for name in ("ann", "bob", "cy"))
    assert ann.at == "i000"
    clock.time += 601
    assert bob.at == "i000"
    ann.send("answer", label="ham", item_id="i000")
    assert cy.at is None
    assert bob.send("open")["screen"]["item"]["item_id"] == "i001", "it is settled"
    bob.send("answer", label="spam", item_id="i000")
    assert answers(store) == [("i000", "ann", "ham"), ("i000", "bob", "spam")]


def test_answers_that_waited_for_the_network_are_taken_after_a_restart_and_another_lease(
    team: Team, store: DecisionStore, screen: Sit, clock: Any
) -> None:
    ann = screen(team(store, 5), "ann")
    given = [ann.at, *ann.ahead]
    clock.time += 3600
    later = team(store, 5)
    bob = screen(later, "bob")
    assert bob.at == "i000"
    again = screen(later, "ann")
    for item_id in given:
        assert again.ask("answer", label="spam", item_id=item_id)["ok"]
    assert [item for item, who, _ in answers(store) if who == "ann"] == given


def test_an_item_that_was_never_given_to_a_reviewer_cannot_be_looked_at(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 30)
    ann, bob = screen(desk, "ann"), screen(desk, "bob")
    assert ann.at
    reply = bob.ask("goto", item_id="i000")
    assert reply["error"]["code"] == "stale"
    assert bob.ask("answer", item_id="i029", label="ham")["error"]["code"] == "stale"
    with pytest.raises(DecisionsError):
        desk.image("bob", "i000", "text")
    assert answers(store) == []


def test_an_item_that_another_server_gave_is_known_here(
    team: Team,
    store: DecisionStore,
    open_store: Callable[..., DecisionStore],
    location: str,
    screen: Sit,
) -> None:
    one, two = team(store, 60), team(open_store(location), 60)
    here, there = screen(one, "ann"), screen(two, "ann")
    assert here.at == there.at == "i000"
    for _ in range(20):  # a balancer sends each message to the other server
        here.reply = there.reply
        here.answer()
        there.reply = here.reply
        there.answer()
    assert sorted(item for item, _, _ in answers(store)) == [f"i{n:03}" for n in range(40)]


# Undo, skip and escalation


def test_an_undone_item_comes_back_to_its_own_reviewer_and_to_nobody_else(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 3)
    ann, bob = screen(desk, "ann"), screen(desk, "bob")
    ann.answer()
    ann.send("undo")
    assert ann.at == "i000"
    assert bob.send("open")["screen"]["item"] is None
    ann.answer("spam")
    assert ann.at == "i001"


def test_an_undone_item_that_is_left_goes_to_others_in_the_end(
    team: Team, store: DecisionStore, screen: Sit, clock: Any
) -> None:
    desk = team(store, 1)
    ann, bob = screen(desk, "ann"), screen(desk, "bob")
    ann.answer()
    ann.send("undo")
    clock.time += 601
    assert bob.at == "i000"


def test_undo_after_another_server_settled_the_rest_is_still_the_reviewers_own(
    team: Team,
    store: DecisionStore,
    open_store: Callable[..., DecisionStore],
    location: str,
    screen: Sit,
) -> None:
    one, two = team(store, 2), team(open_store(location), 2)
    ann, bob = screen(one, "ann"), screen(two, "bob")
    ann.answer()
    ann.answer()
    assert (ann.at, bob.at) == (None, None)
    ann.send("undo")
    assert (ann.at, bob.send("open")["screen"]["item"]) == ("i001", None)


def test_a_retried_undo_changes_nothing(team: Team, store: DecisionStore, screen: Sit) -> None:
    ann = screen(team(store, 5), "ann")
    ann.answer()
    ann.answer()
    ann.send("undo", key="undo-0001")
    ann.send("undo", key="undo-0001")
    assert ann.at == "i001"
    assert [d.kind for d in store.log()] == ["", "", "undo"]


def test_a_skipped_item_goes_to_another_reviewer_and_after_two_skips_to_an_expert(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 1)
    ann, bob, cy, eve = (screen(desk, name) for name in ("ann", "bob", "cy", "eve"))
    ann.send("open")
    ann.send("skip")
    assert ann.at is None
    assert bob.at == "i000"
    bob.send("skip")
    assert cy.at is None
    assert eve.at == "i000"
    assert [o["reviewer"] for o in eve.item["others"]] == ["ann", "bob"]


def test_an_escalated_item_goes_to_an_expert_first_and_to_no_reviewer(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 20)
    ann, eve = screen(desk, "ann"), screen(desk, "eve")
    ann.send("open")
    ann.send("escalate", text="what is this?")
    assert eve.at == "i000"
    seen = eve.item["others"]
    assert [(o["reviewer"], o["kind"], o["comment"]) for o in seen] == [
        ("ann", "escalation", "what is this?")
    ]
    eve.answer("spam")
    assert eve.at != "i000"
    ruling = store.log().decisions[-1]
    assert (ruling.stratum, ruling.label, ruling.blind) == (ADJUDICATION, "spam", False)
    finish([ann, screen(desk, "bob"), eve])
    assert [who for item, who, _ in answers(store) if item == "i000"] == ["eve"]


def test_an_expert_settles_what_two_dispute_and_everybody_else_is_left_alone(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 1, overlap=1.0)
    ann, bob, cy, eve = (screen(desk, name) for name in ("ann", "bob", "cy", "eve"))
    ann.answer("ham")
    bob.answer("spam")
    assert cy.at is None
    assert [(o["reviewer"], o["label"]) for o in eve.item["others"]] == [
        ("ann", "ham"),
        ("bob", "spam"),
    ]
    eve.answer("spam")
    assert store.log().agreed()["i000"].label == "spam"
    assert screen(desk, "fay").at is None


def test_two_experts_do_not_settle_the_same_item(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 2)
    ann = screen(desk, "ann")
    ann.send("open")
    ann.send("escalate")
    ann.send("escalate")
    eve, fay = screen(desk, "eve"), screen(desk, "fay")
    assert (eve.at, eve.ahead, fay.at) == ("i000", ["i001"], None)


def test_an_expert_does_not_settle_an_own_answer_while_there_is_another_expert(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 1, overlap=1.0)
    eve, ann, fay = (screen(desk, name) for name in ("eve", "ann", "fay"))
    eve.answer("ham")
    ann.answer("spam")
    assert eve.send("open")["screen"]["item"] is None
    assert fay.at == "i000"


def test_the_only_expert_settles_an_own_answer_once(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 1, overlap=1.0)
    desk.reviewers.revoke("fay")
    eve, ann = screen(desk, "eve"), screen(desk, "ann")
    eve.answer("ham")
    ann.answer("spam")
    assert eve.send("open")["screen"]["item"]["item_id"] == "i000"
    eve.answer("spam")
    assert eve.at is None
    assert [d.stratum for d in store.log().standing] == ["error", ADJUDICATION]


def test_an_undone_adjudication_is_the_experts_own_again(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 1)
    ann, eve, fay = (screen(desk, name) for name in ("ann", "eve", "fay"))
    ann.send("open")
    ann.send("escalate")
    eve.answer("ham")
    eve.send("undo")
    assert (eve.at, fay.at) == ("i000", None)
    assert [o["reviewer"] for o in eve.item["others"]] == ["ann"]
    eve.answer("spam")
    assert store.log().standing[-1].stratum == ADJUDICATION


def test_experts_with_nothing_to_settle_work_as_reviewers(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    eve = screen(team(store, 3), "eve")
    while eve.at:
        eve.answer()
    assert [d.stratum for d in store.log()] == 3 * ["error"]


# What is hidden


def test_second_reviewers_see_no_proposal_and_first_ones_do(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 4, overlap=1.0)
    ann, bob = screen(desk, "ann"), screen(desk, "bob")
    assert (ann.item["proposed"], ann.item["blind"]) == ("spam", False)
    assert (bob.item["proposed"], bob.item["blind"], bob.item["others"]) == (None, True, [])
    assert bob.ask("accept")["error"]["code"] == "refused"
    bob.send("open")
    bob.answer()
    ann.answer()
    assert [(d.reviewer, d.blind) for d in store.log()] == [("bob", True), ("ann", False)]


def test_second_reviewers_see_the_proposal_where_that_is_wanted(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 4, overlap=1.0, blind_seconds=False)
    assert [screen(desk, name).item["proposed"] for name in ("ann", "bob")] == ["spam", "spam"]


def test_who_looks_back_sees_what_was_seen_before(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 4, overlap=1.0)
    ann, bob = screen(desk, "ann"), screen(desk, "bob")
    ann.answer()
    bob.answer()
    assert [s.send("back")["screen"]["item"]["blind"] for s in (ann, bob)] == [False, True]


def gold(n: int = 5) -> dict[str, str]:
    return {f"i{m:03}": "ham" for m in range(3, 3 + 7 * n, 7)}


def test_gold_checks_come_at_the_given_rate_and_never_twice_to_a_reviewer(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 100, gold=gold(10), gold_rate=0.2)
    screens = [screen(desk, "ann"), screen(desk, "bob")]
    for _ in range(40):
        for one in screens:
            one.answer()
    checks = [(d.reviewer, d.item_id) for d in store.log() if d.gold]
    assert Counter(who for who, _ in checks) == {"ann": 8, "bob": 8}
    assert len(set(checks)) == 16
    assert {item for _, item in checks} <= gold(10).keys()
    assert {d.stratum for d in store.log() if d.gold} == {"gold check"}


def test_gold_items_are_asked_for_as_checks_alone(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 40, gold=gold(), gold_rate=0.1)
    finish([screen(desk, name) for name in ("ann", "bob", "eve")])
    asked = {d.item_id for d in store.log() if not d.gold}
    assert asked == {f"i{n:03}" for n in range(40)} - gold().keys()


def test_the_same_seed_gives_the_same_checks_at_the_same_places_after_a_restart(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    places = []
    for _ in range(2):
        ann = screen(team(store, 60, gold=gold(8), gold_rate=0.3), "ann")
        for _ in range(10):
            ann.answer()
    places = [n for n, d in enumerate(store.log()) if d.gold]
    whole = screen(team(store, 60, gold=gold(8), gold_rate=0.3), "bob")
    for _ in range(20):
        whole.answer()
    assert len(places) == 6
    assert [d.gold for d in store.log()].count(True) == 12


def test_a_gold_check_cannot_be_told_from_a_blind_item(
    team: Team, store: DecisionStore, screen: Sit, make_source: Source
) -> None:
    strata = ["random" if n % 2 else "error" for n in range(100)]
    desk = team(store, make_source(100, strata=strata), gold=gold(10), gold_rate=0.3)
    ann = screen(desk, "ann")
    seen: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    words = []
    for n in range(40):
        item = ann.item
        assert item["position"] == n, "in the reviewer's own numbers"
        if item["stratum"] == "random":
            is_gold = item["item_id"] in gold(10)
            seen[is_gold].append({k: v for k, v in item.items() if k not in ("item_id", "fields")})
        ann.answer("ham" if n % 3 else "spam")
        words.append(json.dumps(ann.reply))
    assert len(seen[True]) == 10
    for item in seen[True] + seen[False]:
        del item["position"], item["total"]
    assert all(item == seen[False][0] for item in (*seen[True], *seen[False]))
    assert not any("gold" in text for text in words)


def test_progress_counts_gold_checks_like_any_other_answer(
    team: Team, store: DecisionStore, screen: Sit, make_source: Source
) -> None:
    strata = ["random" if n % 2 else "error" for n in range(100)]
    desk = team(store, make_source(100, strata=strata), gold=gold(10), gold_rate=0.3)
    ann = screen(desk, "ann")
    for n in range(1, 41):
        shown = ann.item["stratum"]
        before = ann.reply["screen"]["progress"]
        ann.answer()
        progress = ann.reply["screen"]["progress"]
        assert progress["answered"] == n
        of = progress["strata"]
        assert set(of) == {"error", "random"}
        assert of[shown]["answered"] == before["strata"][shown]["answered"] + 1
        assert of["random"]["errors"] is None
    assert any(d.gold for d in store.log())


def test_left_goes_down_after_a_check_as_after_any_other_answer(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 100, gold=gold(10), gold_rate=0.3)
    ann = screen(desk, "ann")
    steps: dict[bool, list[int]] = {True: [], False: []}
    for _ in range(40):
        item_id, left = ann.at, ann.reply["screen"]["progress"]["left"]
        ann.answer()
        steps[item_id in gold(10)].append(ann.reply["screen"]["progress"]["left"] - left)
    assert set(steps[True]) == set(steps[False]) == {-1}


def test_an_undone_check_is_the_same_check_again(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    ann = screen(team(store, 40, gold=gold(), gold_rate=0.5), "ann")
    while ann.at not in gold():
        ann.answer()
    check, after = ann.at, ann.ahead
    ann.answer()
    ann.send("undo")
    assert (ann.at, ann.item["blind"], ann.ahead[:2]) == (check, True, after[:2])
    ann.answer("spam")
    assert [d.gold for d in store.log().standing if d.item_id == check] == [True]


def test_gold_that_is_not_in_the_queue_is_refused(team: Team, file_store: DecisionStore) -> None:
    with pytest.raises(ParameterError, match="queue_with_gold"):
        team(file_store, 5, gold={"elsewhere": "ham"}, gold_rate=0.1)
    with pytest.raises(ParameterError, match="gold\\['i001'\\] is 'eggs'"):
        team(file_store, 5, gold={"i001": "eggs"}, gold_rate=0.1)


# Groups of near-duplicates


def grouped(make_source: Source, **more: Any) -> Any:
    return make_source(20, groups=[n % 2 for n in range(20)], **more)


def test_a_group_takes_free_items_and_holds_them_until_it_is_applied(
    team: Team, store: DecisionStore, screen: Sit, make_source: Source
) -> None:
    desk = team(store, grouped(make_source), batch=5)
    cy, ann = screen(desk, "cy"), screen(desk, "ann")
    held = {cy.at, *cy.ahead}  # all that cy holds: the first batch of cy is a whole one
    assert ann.at == "i007"
    members = {m["item_id"] for m in ann.send("group")["group"]["members"]}
    assert members == {f"i{n:03}" for n in range(1, 20, 2)} - held - {"i007"}
    bob = screen(desk, "bob")
    assert not {bob.at, *bob.ahead} & members
    ann.send("apply_to_group", label="ham", item_id="i007")
    assert {item for item, _, _ in answers(store)} == members | {"i007"}
    assert ann.at is not None
    finish([ann, bob, cy])
    assert len(answers(store)) == 20


def test_a_group_that_is_not_applied_goes_back(
    team: Team, store: DecisionStore, screen: Sit, make_source: Source
) -> None:
    desk = team(store, grouped(make_source))
    ann = screen(desk, "ann")
    members = {m["item_id"] for m in ann.send("group")["group"]["members"]}
    ann.answer()
    bob = screen(desk, "bob")
    assert {bob.at, *bob.ahead} & members


def test_an_undone_group_is_the_reviewers_own_again(
    team: Team, store: DecisionStore, screen: Sit, make_source: Source
) -> None:
    desk = team(store, grouped(make_source))
    ann = screen(desk, "ann")
    ann.send("group")
    ann.send("apply_to_group", label="ham", item_id=ann.at)
    ann.send("undo")
    assert ann.at == "i000"
    bob = screen(desk, "bob")
    finish([ann, bob])
    standing = store.log().standing
    assert sorted(d.item_id for d in standing) == [f"i{n:03}" for n in range(20)]
    assert [d.reviewer for d in standing if d.item_id == "i000"] == ["ann"]


def test_blind_items_second_answers_and_checks_are_in_no_group(
    team: Team, store: DecisionStore, screen: Sit, make_source: Source
) -> None:
    strata = ["random" if n == 4 else "error" for n in range(20)]
    source = grouped(make_source, strata=strata)
    desk = team(store, source, gold={"i006": "ham"}, gold_rate=0.01)
    ann = screen(desk, "ann")
    members = {m["item_id"] for m in ann.send("group")["group"]["members"]}
    assert members == {f"i{n:03}" for n in range(2, 20, 2)} - {"i004", "i006"}


def test_where_items_need_two_answers_there_are_no_groups(
    team: Team, store: DecisionStore, screen: Sit, make_source: Source
) -> None:
    desk = team(store, grouped(make_source), overlap=1.0)
    bob, ann = screen(desk, "bob"), screen(desk, "ann")
    assert bob.at
    assert ann.send("group")["group"]["members"] == []


# People


def test_who_was_revoked_is_out_and_the_items_are_free(
    team: Team, store: DecisionStore, screen: Sit, clock: Any
) -> None:
    desk = team(store, 3)
    ann, bob = screen(desk, "ann"), screen(desk, "bob")
    ann.answer()
    desk.reviewers.revoke("ann")
    clock.time += 1
    reply = ann.ask("answer", label="ham", item_id="i001")
    assert reply["error"]["code"] == "unauthenticated"
    assert bob.send("open")["screen"]["item"]["item_id"] == "i001"
    assert answers(store) == [("i000", "ann", "ham")], "what was answered stays"
    with pytest.raises(DecisionsError, match="one who may log in"):
        desk.image("ann", "i000", "text")


def test_somebody_unknown_gets_nothing(team: Team, store: DecisionStore) -> None:
    reply = team(store).reply("mallory", {"do": "open"})
    assert reply["error"]["code"] == "unauthenticated"


def test_a_reviewer_who_becomes_an_expert_gets_what_is_disputed(
    team: Team, store: DecisionStore, screen: Sit, clock: Any
) -> None:
    desk = team(store, 2)
    ann, bob = screen(desk, "ann"), screen(desk, "bob")
    ann.send("open")
    ann.send("escalate")
    assert bob.at is None
    desk.reviewers.revoke("bob")
    desk.reviewers.add("bob", "expert")
    clock.time += 1
    assert bob.send("open")["setup"]["role"] == "expert"
    assert bob.at == "i000"


def test_logins_and_names_are_those_of_the_reviewers(
    team: Team, store: DecisionStore, clock: Any
) -> None:
    desk = team(store)
    token = desk.reviewers.add("zoe", "lead")
    clock.time += 1
    who = desk.login(token)
    assert (who.name, who.role) == ("zoe", "lead")
    assert desk.known("zoe") == who
    assert (desk.login("wrong"), desk.known("nobody")) == (None, None)


def test_the_dashboard_is_for_the_lead(team: Team, store: DecisionStore, screen: Sit) -> None:
    desk = team(store, 5)
    screen(desk, "ann").answer()
    figures = desk.dashboard("fay")
    assert json.loads(json.dumps(figures)) == figures
    for name in ("ann", "eve", "nobody"):
        with pytest.raises(DecisionsError, match="for the lead"):
            desk.dashboard(name)


# What a reply says


def test_left_is_what_is_left_for_the_team(team: Team, store: DecisionStore, screen: Sit) -> None:
    desk = team(store, 20, overlap=1.0)
    ann, bob, eve = screen(desk, "ann"), screen(desk, "bob"), screen(desk, "eve")
    assert ann.send("open")["screen"]["progress"]["left"] == 40
    for _ in range(10):
        bob.answer("spam")
    for _ in range(10):
        ann.answer("ham")
    progress = screen(desk, "cy").send("open")["screen"]["progress"]
    assert progress["left"] == 30
    assert progress["answered"] == 0
    assert progress["team"] == {
        "items": 20,
        "settled": 0,
        "left": 30,
        "for_experts": None,
        "reviewers": 5,
    }
    assert eve.send("open")["screen"]["progress"]["team"]["for_experts"] == 10


def test_the_last_answer_leaves_nothing(team: Team, store: DecisionStore, screen: Sit) -> None:
    ann = screen(team(store, 3), "ann")
    while ann.at:
        ann.answer()
    assert ann.reply["screen"]["progress"]["left"] == 0
    assert ann.reply["screen"]["progress"]["team"]["settled"] == 3


def test_what_comes_next_is_what_was_sent_ahead(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 60, gold=gold(8), gold_rate=0.2)
    ann, bob = screen(desk, "ann"), screen(desk, "bob")
    for _ in range(20):
        expected = ann.send("open")["screen"]["ahead"][0]["item_id"]
        ann.answer()
        bob.answer()
        assert ann.at == expected


def test_items_are_numbered_as_the_reviewer_does_them(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 30)
    assert screen(desk, "ann").at
    bob = screen(desk, "bob")
    for n in range(4):
        assert bob.item["position"] == n
        bob.answer()
    assert [item["position"] for item in bob.reply["screen"]["ahead"][:2]] == [5, 6]
    assert bob.send("back")["screen"]["item"]["position"] == 3
    assert bob.item["total"] > 3


def test_a_key_that_was_sent_twice_is_stored_once(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    ann = screen(team(store, 5), "ann")
    item_id = ann.at
    for _ in range(2):
        ann.send("answer", label="ham", item_id=item_id, key="the-same-key")
    assert answers(store) == [("i000", "ann", "ham")]
    assert ann.at == "i001"


def test_after_a_restart_the_reviewer_goes_on_with_the_items_held(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    first = team(store, 30)
    ann, bob = screen(first, "ann"), screen(first, "bob")
    bob.answer()
    ann.answer()
    before = (ann.at, ann.ahead)
    again = screen(team(store, 30), "ann")
    assert (again.at, again.ahead) == before


def test_guidelines_that_change_are_shown_and_kept(
    file_store: DecisionStore, make_source: Source, screen: Sit, team: Team
) -> None:
    from weaklabel.review.team._settings import TeamSettings
    from weaklabel.review.team._team_desk import TeamDesk

    team(file_store)
    texts = [Guidelines.of(("old", "v1"))]
    desk = TeamDesk(make_source(5), file_store, TeamSettings(), guidelines=lambda: texts[-1])
    ann = screen(desk, "ann")
    ann.answer()
    texts.append(Guidelines.of(("new", "v2")))
    assert ann.send("guidelines")["guidelines"]["text"] == "new"
    ann.answer()
    ann.answer()
    shown = [d.shown and d.shown["guidelines"] for d in file_store.log()]
    assert shown == ["v1", "v1", "v2"], "what was on the screen stays what it was"


@pytest.mark.parametrize(
    "message",
    [None, [], {}, {"do": "answer"}, {"do": "no"}, {"do": "undo", "key": 5}, {"do": ["open"]}],
)
def test_a_message_that_is_none_is_refused_in_words(
    team: Team, file_store: DecisionStore, message: object
) -> None:
    reply = team(file_store).reply("ann", message)
    assert reply["error"]["code"] == "invalid"


def test_where_the_store_fails_nothing_is_lost_and_the_same_may_be_sent_again(
    team: Team, file_store: DecisionStore, screen: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = team(file_store, 20)
    ann = screen(desk, "ann")
    item_id = ann.at

    def refused(*_: object, **__: object) -> None:
        raise WriteError("the disk is full")

    with monkeypatch.context() as full:
        full.setattr(type(file_store), "append", refused)
        reply = ann.ask("answer", label="ham", item_id=item_id, key="try-again-1")
        assert reply["error"]["code"] == "store"
    ann.send("answer", label="ham", item_id=item_id, key="try-again-1")
    assert answers(file_store) == [(item_id, "ann", "ham")]


def test_an_erased_comment_is_not_shown_to_an_expert(
    team: Team, store: DecisionStore, screen: Sit
) -> None:
    desk = team(store, 3)
    ann, eve = screen(desk, "ann"), screen(desk, "eve")
    ann.send("open")
    ann.send("escalate", text="call 555-0100")
    store.erase("i000", "asked for", by="lea")
    assert eve.send("open")
    assert "555-0100" not in json.dumps(eve.reply)


def test_answers_that_were_there_before_the_team_count(
    team: Team, store: DecisionStore, screen: Sit, said: Callable[..., Decision]
) -> None:
    store.append([said("i000", "somebody", "ham"), said("i001", "ann", "spam")])
    ann = screen(team(store, 4), "ann")
    assert ann.at == "i002"
    assert ann.send("back")["screen"]["item"]["item_id"] == "i001"
