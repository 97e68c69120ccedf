"""A log goes out as CSV or JSONL and comes back, hash by hash."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.core import CAUSES, Decision, DecisionLog
from weaklabel.errors import FileFormatError, ParameterError
from weaklabel.review import read_log, write_log

AT = "2026-05-04T10:15:00+00:00"
TEXT = st.text(st.characters(codec="utf-8"), max_size=6) | st.sampled_from(
    ["", "'", "''", "=1+1", "'=1", "+x", "a,b;c\t\"d\"", "two\nlines\r\n", "\x00", "true", "1"]
)  # fmt: skip
NAME = TEXT.filter(str.strip)
ANSWERS = st.builds(
    Decision,
    NAME,
    st.none() | TEXT,
    NAME,
    st.just(AT),
    st.none() | TEXT,
    TEXT,
    TEXT,
    st.sampled_from(("", *CAUSES)),
    TEXT,
    st.none() | st.dictionaries(TEXT, st.none() | st.floats(allow_nan=False, allow_infinity=False)),
    st.none() | st.floats(0, 1e9) | st.integers(0, 9),
    st.booleans(),
    st.booleans(),
    TEXT,
    TEXT,
    st.just(""),
    st.sampled_from(["", "5a17"]),
)
REMARKS = st.one_of(
    st.builds(Decision, NAME, st.none(), NAME, st.just(AT), kind=st.just("lf_wrong"), about=NAME),
    st.builds(
        Decision, NAME, st.none(), NAME, st.just(AT), st.none() | TEXT, TEXT, TEXT,
        kind=st.just("escalation"), about=TEXT, salt=st.sampled_from(["", "5a17"]),
    ),
    st.builds(Decision, NAME, st.none(), NAME, st.just(AT), comment=TEXT, kind=st.just("note")),
)  # fmt: skip
DECISIONS = REMARKS | ANSWERS | ANSWERS.map(lambda d: d.undone(decided_at=AT, comment=d.comment))


@pytest.mark.parametrize("name", ["log.csv", "log.jsonl", "log.NDJSON"])
@given(decisions=st.lists(DECISIONS, max_size=4))
def test_every_field_of_every_decision_comes_back(
    tmp_path_factory: pytest.TempPathFactory, name: str, decisions: list[Decision]
) -> None:
    path = tmp_path_factory.mktemp("log") / name
    erased = [d.erased() for d in decisions if d.salt]
    log = DecisionLog([*decisions, *erased])
    write_log(log, path)
    back = read_log(path)
    assert back == log
    assert back.head_hash == log.head_hash  # the salts, too


def test_a_cell_that_a_spreadsheet_would_run_is_quoted(tmp_path: Path) -> None:
    evil = "=HYPERLINK(1)"
    log = DecisionLog([Decision(evil, evil, evil, AT, evil, evil, evil, shown={evil: evil})])
    write_log(log, tmp_path / "log.csv")
    with (tmp_path / "log.csv").open(encoding="utf-8-sig", newline="") as stream:
        header, cells = csv.reader(stream)
    assert header == list(Decision.__dataclass_fields__)
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    assert cells[0] == f"'{evil}"
    assert read_log(tmp_path / "log.csv") == log


def test_jsonl_has_objects_that_other_tools_read(tmp_path: Path) -> None:
    log = DecisionLog([Decision("é", None, "ann", AT, shown={"p": [0.5]}, seconds=2, blind=True)])
    write_log(log, tmp_path / "log.jsonl")
    text = (tmp_path / "log.jsonl").read_text(encoding="utf-8")
    row = json.loads(text)
    assert text.count("\n") == 1
    assert (row["item_id"], row["label"], row["shown"], row["seconds"], row["blind"]) == (
        "é", None, {"p": [0.5]}, 2.0, True
    )  # fmt: skip


def test_fields_that_are_missing_have_their_defaults(tmp_path: Path) -> None:
    wanted = DecisionLog([Decision("a", "ham", "ann", AT)])
    (tmp_path / "a.csv").write_text(f"item_id,label,reviewer,decided_at\na,ham,ann,{AT}\n")
    assert read_log(tmp_path / "a.csv") == wanted
    row = {"item_id": "a", "label": "ham", "reviewer": "ann", "decided_at": AT, "more": 1}
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(row)}\n\n")
    assert read_log(tmp_path / "a.jsonl") == wanted
    (tmp_path / "none.csv").write_text("")
    assert read_log(tmp_path / "none.csv") == DecisionLog()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", "item_id,label\na,ham\n", r"a\.csv holds no decision on line 2: .*'reviewer'"),
        ("a.csv", f"item_id,label,reviewer,decided_at,blind\na,b,c,{AT},maybe\n", "blind is 'maybe'"),
        ("a.csv", f"item_id,label,reviewer,decided_at,seconds\na,b,c,{AT},long\n", "seconds is 'long'"),
        ("a.csv", f"item_id,label,reviewer,decided_at,shown\na,b,c,{AT},[]\n", "no JSON object"),
        ("a.csv", 'item_id,label\n"a', r"is no log that was exported"),
        ("a.jsonl", "{}\n", "holds no decision on line 1"),
        ("a.jsonl", "\n{", "has no JSON on line 2"),
        ("a.jsonl", "[]", "has no JSON object on line 1"),
        ("a.jsonl", "\udcff", "is no log that was exported"),
    ],
)  # fmt: skip
def test_what_is_no_log_is_refused_with_its_line(
    tmp_path: Path, name: str, content: str, words: str
) -> None:
    (tmp_path / name).write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(FileFormatError, match=words):
        read_log(tmp_path / name)


def test_a_missing_file_and_another_ending_are_told(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"cannot read .*a\.csv: No such file"):
        read_log(tmp_path / "a.csv")
    for use in (lambda: read_log("a.xlsx"), lambda: write_log(DecisionLog(), "a.xlsx")):
        with pytest.raises(ParameterError, match=r"must be a file that ends in \.csv, \.jsonl"):
            use()
