"""Ctrl-C in a run."""


def test_ctrl_c_leaves_a_project_that_the_next_run_continues(cli, small_project):
    lfs = small_project / "lfs.py"
    text = lfs.read_text(encoding="utf-8")
    lfs.write_text(
        text.replace("    return", "    raise KeyboardInterrupt\n    return"), encoding="utf-8"
    )
    status, _, err = cli("run", "-p", small_project)
    assert status == 130
    assert "Stopped. What is finished is kept; go on with: weaklabel run" in err
    lfs.write_text(text, encoding="utf-8")
    status, _, err = cli("run", "-p", small_project)
    assert status == 0, err
