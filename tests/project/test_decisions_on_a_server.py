"""A project whose decisions are kept in PostgreSQL, reached as libpq's environment says."""

import pytest

from weaklabel.cli import main
from weaklabel.dataset import list_versions
from weaklabel.project import Project, open_review, open_store


@pytest.mark.slow
def test_answers_on_a_server_are_taken_in_by_the_next_run(done, cluster, monkeypatch, capsys):
    """Neither host nor user nor password has to stand in weaklabel.toml."""
    schema = cluster.new_schema().rpartition("search_path%3D")[2]
    monkeypatch.setenv("PGHOST", str(cluster.folder))
    monkeypatch.setenv("PGUSER", "tester")
    monkeypatch.setenv("PGPASSWORD", "not asked for")
    monkeypatch.setenv("PGOPTIONS", f"-csearch_path={schema}")
    path = done / "weaklabel.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("budget = 10", 'budget = 10\nstore = "postgresql:///postgres"'))
    assert Project(done, progress=False).run() == ()

    opened = open_review(done)
    assert opened.last_decision() == 0
    desk = opened.desk("ann")
    item = desk.reply("ann", {"do": "open"})["screen"]["item"]["item_id"]
    assert desk.reply("ann", {"do": "answer", "label": "spam", "key": "abcdefgh"})["ok"]
    assert len(opened.store.since(0)[0]) == 1
    opened.store.close()
    assert not (done / "review" / "decisions.sqlite").exists()

    project = Project(done, progress=False)
    assert project.run() == ("refine", "triage", "export")
    assert item not in open_review(done).source.place
    manifests = [version.manifest for version in list_versions(done / "dataset")]
    assert project.verify_decisions(manifests) == project.workspace.log().head_hash
    project.workspace.store.close()

    assert main(["status", "-p", str(done)]) == 0
    assert "decisions: 1 on 1 items" in capsys.readouterr().out
    assert main(["reviewers", "add", "ann", "-p", str(done)]) == 0
    store = open_store(done)
    assert store.name == "postgresql+psycopg:///postgres"
    store.close()


@pytest.mark.slow
def test_a_server_that_is_not_there_is_one_message(done, monkeypatch, capsys, tmp_path):
    pytest.importorskip("psycopg")
    monkeypatch.setenv("PGHOST", str(tmp_path))
    url = "postgresql://ann:secret@/postgres"
    assert main(["review", "-p", str(done), "-r", "ann", "--store", url]) == 1
    err = capsys.readouterr().err
    assert err.startswith("error: ")
    assert "secret" not in err
    assert "Traceback" not in err
