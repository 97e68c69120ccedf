"""From data to a data set by the commands of the tutorial."""


def test_from_a_csv_to_a_dataset_with_answers(cli, small_project, tmp_path):
    root = tmp_path / "mine"
    status, out, err = cli( "init", root, "--data", small_project / "comments.csv", "--lfs", small_project / "lfs.py",
        "--classes", "ham,spam",
    )  # fmt: skip
    assert (status, err) == (0, "")
    assert "weaklabel run" in out
    status, out, err = cli("run", "-p", root)
    assert status == 0, err
    assert "promotion" in out
    assert "Refined labels' accuracy on all items" in out
    assert "Dataset version:" in out
    assert "apply: running" in err
    answers = root / "answers.csv"
    answers.write_text("item_id,answer\nc001,spam\n", encoding="utf-8")
    status, out, _ = cli("decide", answers, "--reviewer", "ann", "-p", root)
    assert status == 0
    assert "1 stored, 0 known before" in out
    status, out, _ = cli("decide", answers, "--reviewer", "ann", "-p", root)
    assert "0 stored, 1 known before" in out
    status, out, _ = cli("status", "-p", root)
    assert "refine   stale" in out
    assert "decisions: 1 on 1 items, 0 disputed" in out


def test_the_demo_takes_several_files_and_goes_on_when_called_again(cli, small_project, tmp_path):
    rows = (small_project / "comments.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("".join(rows[:30]), encoding="utf-8")
    two.write_text("".join([rows[0], *rows[30:]]), encoding="utf-8")
    arguments = ("demo", "--folder", tmp_path / "demo", "--data", one, two)
    status, out, err = cli(*arguments)
    assert status == 0, err
    assert "Items 60," in out
    assert "A simulated reviewer" in out
    status, out, err = cli(*arguments)
    assert status == 0
    assert "Going on with the project in" in err
    assert "A simulated reviewer" not in out
