"""The notebooks: stored without outputs, and they run from the first cell to the last."""

import json
import shutil
import sys
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat", reason="notebooks are read with nbformat")

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
KERNEL = "weaklabel-tests"


def read(path: Path):
    return nbformat.read(path, as_version=4)


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """Name a kernel that is the interpreter of the tests, whatever kernels the user has."""
    pytest.importorskip("ipykernel", reason="notebooks run in ipykernel")
    folder = tmp_path / "jupyter" / "kernels" / KERNEL
    folder.mkdir(parents=True)
    command = [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f"]
    spec = {"argv": [*command, "{connection_file}"], "display_name": KERNEL, "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    for name in ("JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    return KERNEL


def test_there_are_notebooks_numbered_in_reading_order():
    assert [path.name[:3] for path in NOTEBOOKS] == [
        f"{n:02d}_" for n in range(1, len(NOTEBOOKS) + 1)
    ]
    assert len(NOTEBOOKS) >= 2


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_valid_and_stored_without_outputs(path):
    notebook = read(path)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_opens_with_a_title_and_stays_short(path):
    cells = read(path).cells
    assert cells[0].cell_type == "markdown"
    assert cells[0].source.startswith("# ")
    assert len(cells) <= 40


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_without_an_error_or_a_warning(path, kernel, tmp_path):
    nbclient = pytest.importorskip("nbclient", reason="notebooks are run with nbclient")
    notebook = read(path)
    work = tmp_path / "work"
    work.mkdir()
    shutil.copytree(FOLDER.parent / "labeling_functions", tmp_path / "labeling_functions")
    nbclient.NotebookClient(
        notebook, timeout=300, kernel_name=kernel, resources={"metadata": {"path": str(work)}}
    ).execute()
    outputs = [o for cell in notebook.cells if cell.cell_type == "code" for o in cell.outputs]
    assert not [o for o in outputs if o.output_type == "error"]
    assert not [o.text for o in outputs if o.output_type == "stream" and "Warning" in o.text]
