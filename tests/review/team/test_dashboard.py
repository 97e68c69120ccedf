"""Dashboard: the figures that a team's lead sees, whole; each part has a test of its own."""

import json
import threading
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from weaklabel.core import Decision, DecisionLog, LabelSchema, ReviewQueue
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.team._dashboard import Dashboard, QueueFacts, dashboard_figures
from weaklabel.review.team._settings import TeamSettings

SCHEMA = LabelSchema(["ham", "spam"])
AT = "2026-05-04T10:15:00+00:00"
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
TWO = TeamSettings(n_answers=(2, 3))


def facts(n_items=4, settings=TWO, **more):
    return QueueFacts(SCHEMA, {f"i{n}" for n in range(n_items)}, settings, "Comments", **more)


def log(*said):
    """Return the log of (item, reviewer, label)."""
    return DecisionLog(Decision(item, label, who, AT) for item, who, label in said)


SAID = log(("i0", "ann", "ham"), ("i0", "bob", "ham"), ("i1", "ann", "spam"))


def strict(figures):
    return json.loads(json.dumps(figures, allow_nan=False))


def test_an_empty_log_has_figures_of_nothing_in_strict_json():
    found = strict(dashboard_figures(DecisionLog(), facts(), now=NOW))
    assert found["title"] == "Comments"
    assert found["as_of"] == "2026-05-04T12:00:00+00:00"
    assert found["waits"]["open"] == 4
    assert found["agreement"]["all"]["alpha"]["value"] is None
    assert found["reviewers"] == found["hours"] == found["attention"] == []


def test_all_parts_are_there_of_one_log():
    found = strict(
        dashboard_figures(
            SAID,
            facts(),
            roles={"ann": "lead", "cy": "reviewer"},
            leases=[("i2", "cy")],
            guidelines=[("1", AT)],
            now=NOW,
        )
    )
    assert [each["reviewer"] for each in found["reviewers"]] == ["ann", "bob", "cy"]
    assert (found["waits"]["settled"], found["waits"]["started"]) == (1, 1)
    assert (found["waits"]["open"], found["waits"]["leased"]) == (2, 1)
    assert [bar["answers"] for bar in found["hours"]][-3:] == [3, 0, 0]
    assert found["agreement"]["all"]["n_shared"] == 1
    assert [row["version"] for row in found["guidelines"]["rows"]] == ["1", ""]
    assert found["n_decisions"] == 3


def test_answers_of_a_class_that_is_gone_count_nowhere_and_are_reported():
    found = dashboard_figures(log(("i0", "ann", "eggs"), ("i1", "ann", "ham")), facts(), now=NOW)
    assert found["unknown_classes"] == 1
    assert found["agreement"]["all"]["n_answers"] == 1
    assert "class that the project has no longer" in found["attention"][0]["says"]


def test_the_same_log_is_counted_once_and_a_longer_one_again():
    dashboard = Dashboard(facts(), clock=lambda: 0.0)
    later = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)
    first = dashboard.figures(SAID, now=NOW)
    assert dashboard.figures(SAID, now=later)["as_of"] == first["as_of"]
    longer = DecisionLog([*SAID, Decision("i2", "ham", "ann", AT)])
    assert dashboard.figures(longer, now=later)["n_decisions"] == 4


def test_figures_are_kept_ten_times_as_long_as_it_took_to_make_them():
    times = iter([0.0, 2.0, 21.9, 22.0, 24.0])
    dashboard = Dashboard(facts(), clock=lambda: next(times))
    longer = DecisionLog([*SAID, Decision("i2", "ham", "ann", AT)])
    counts = [dashboard.figures(each)["n_decisions"] for each in (SAID, longer, longer)]
    assert counts == [3, 3, 4]


def test_leases_and_roles_are_those_of_now_though_the_log_is_the_same():
    dashboard = Dashboard(facts())
    assert dashboard.figures(SAID)["waits"]["leased"] == 0
    found = dashboard.figures(SAID, roles={"ann": "expert"}, leases=[("i3", "ann"), ("i2", "ann")])
    assert found["waits"]["leased"] == 2
    assert (found["reviewers"][0]["role"], found["reviewers"][0]["holds"]) == ("expert", 2)


def test_figures_that_were_handed_out_do_not_change_the_kept_ones():
    dashboard = Dashboard(facts())
    dashboard.figures(SAID)["reviewers"][0]["answers"] = -1
    dashboard.figures(SAID)["waits"]["open"] = -1
    found = dashboard.figures(SAID)
    assert (found["reviewers"][0]["answers"], found["waits"]["open"]) == (2, 2)


def test_ten_threads_get_the_same_figures():
    dashboard = Dashboard(facts())
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(dashboard.figures(SAID))) for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 10
    assert all(each == found[0] for each in found)


def test_a_group_is_named_after_its_first_item_in_the_queue():
    ids = ["a", "b", "c"]
    queue = ReviewQueue(
        item_ids=ids,
        posterior=np.array([[0.5, 0.5]] * 3),
        schema=SCHEMA,
        scores=np.arange(3.0),
        strata=["random"] * 3,
        reasons=[("random",)] * 3,
    )
    items = pd.DataFrame({"item_id": ids, "text": ids})
    source = SessionSource.of_arguments(queue, items, None, groups=["x", "y", "x"])
    group_of = QueueFacts.of_source(source, TWO).group_of
    assert group_of is not None
    assert [group_of(key) for key in (*ids, "gone")] == ["a", "", "a", ""]


def test_a_lone_surrogate_and_markup_in_names_are_kept_as_text():
    name = "<img src=x onerror=alert(1)>\u202e"
    found = dashboard_figures(log(("i0", name, "ham")), facts(), now=NOW)
    assert strict(found)["reviewers"][0]["reviewer"] == name
