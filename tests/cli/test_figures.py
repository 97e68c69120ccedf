"""What a run found is printed."""

import json
import re


def test_causes_and_decisions_on_items_that_are_gone_are_printed(cli, done):
    answers = done / "answers.csv"
    answers.write_text("item_id,answer,cause\nc001,spam,bug\nc059,spam,data\n", encoding="utf-8")
    assert cli("decide", answers, "-r", "ann", "-p", done)[0] == 0
    _, out, _ = cli("run", "-p", done)
    assert re.search(r"\nLabels that answers changed: \d answered, \d+ with the same votes, ", out)
    assert "\nlabeling function bug: 1 answer, 1 against the label that was shown\n  label" in out
    assert "no longer in the data" not in out
    comments = done / "comments.csv"
    lines = comments.read_text(encoding="utf-8").splitlines(keepends=True)
    comments.write_text("".join(lines[:-1]), encoding="utf-8")
    _, out, _ = cli("run", "-p", done)
    assert "\nlabeling function bug: 1 answer" in out
    assert "data error" not in out
    words = "\n1 decision on items that are no longer in the data: kept in the log, and not used.\n"
    assert out.count(words) == 1
    comments.write_text("".join(line for line in lines[:-1] if "c001" not in line))
    _, out, _ = cli("run", "-p", done)
    assert out.count(words.replace("1 decision", "2 decisions")) == 1
    assert "label that was shown" not in out


def test_what_stands_out_is_printed_after_the_review_set(cli, done):
    path = done / ".weaklabel" / "state.json"
    state = json.loads(path.read_text(encoding="utf-8"))
    facts = state["triage"]["facts"]
    facts |= {"looks_wrong": ["link for spam: no"], "uncovered": ["9 items"]}
    facts |= {"contradicted": ["c1 was decided as ham"], "health_sample": 100_000}
    path.write_text(json.dumps(state), encoding="utf-8")
    status, out, _ = cli("triage", "-p", done)
    assert status == 0
    assert out.index("Review set: 10 items") < out.index(
        "\nLabeling function to look at: link for spam: no"
        "\nWorth a labeling function (in a sample of 100,000 items): 9 items"
        "\nAnswer to look at again: c1 was decided as ham\n"
    )
