"""The review in a real JupyterLab: its keys stay in it, and the notebook gets them back."""

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from weaklabel.core import DecisionLog
from weaklabel.review import DecisionStore

pytestmark = pytest.mark.slow

for library in ("jupyterlab", "anywidget", "ipykernel"):
    if find_spec(library) is None:
        pytest.skip(
            f"{library} is missing; pip install weaklabel[notebook]", allow_module_level=True
        )
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is missing")

KERNEL = "weaklabel-tests"
PATIENCE = 30.0
#: A cell before and one after the widget's, which stray keys would add to, cut or run.
CELLS = ("before = 1", "", "after = 1")

WIDGET = """
from weaklabel.core import LabelSchema, ReviewQueue
from weaklabel.review.widget import review_widget

texts = {texts!r}
ids = [f"item {{n}}" for n in range(len(texts))]
schema = LabelSchema(["ham", "spam"])
n = len(ids)
queue = ReviewQueue(ids, ["error"] * n, range(n), [["undecided"]] * n, [[0.3, 0.7]] * n, schema)
items = [{{"item_id": i, "text": text}} for i, text in zip(ids, texts)]
widget = review_widget(queue, items, reviewer="ann", groups=[n // 2 for n in range(n)])
widget
"""
TEXTS = [f"comment number {n}" for n in range(12)]


@dataclass
class Lab:
    """A JupyterLab of our own, on a free port, with folders and a kernel of its own."""

    folder: Path
    url: str
    token: str

    def write(self, name: str, cells: list[str]) -> Path:
        """Make a notebook of code cells, in a folder of its own, which is the kernel's."""
        made = [
            {"cell_type": "code", "id": f"cell-{n}", "metadata": {}, "source": source}
            | {"outputs": [], "execution_count": None}
            for n, source in enumerate(cells)
        ]
        kernel = {"display_name": KERNEL, "language": "python", "name": KERNEL}
        notebook = {"cells": made, "metadata": {"kernelspec": kernel}}
        path = self.folder / name / "notebook.ipynb"
        path.parent.mkdir()
        path.write_text(json.dumps(notebook | {"nbformat": 4, "nbformat_minor": 5}))
        return path

    def address(self, path: Path) -> str:
        """Return where a notebook is shown, in a workspace of its own: no other one is open."""
        place = path.relative_to(self.folder)
        return f"{self.url}lab/workspaces/{place.parent}/tree/{place}?token={self.token}"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    home = tmp_path_factory.mktemp("jupyter")
    (home / "notebooks").mkdir()
    token = secrets.token_hex(16)
    options = [
        "--no-browser",
        "--allow-root",
        "--ServerApp.open_browser=False",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port=0",
        f"--ServerApp.root_dir={home / 'notebooks'}",
        f"--IdentityProvider.token={token}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env=environment(home),
            cwd=home / "notebooks",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield Lab(home / "notebooks", address_of(server, home), token)
        finally:
            end(server)


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a Jupyter that knows nothing of the user's, and no network."""
    spec = home / "data" / "kernels" / KERNEL / "kernel.json"
    spec.parent.mkdir(parents=True)
    argv = [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f"]
    kernel = {"argv": [*argv, "{connection_file}"], "display_name": KERNEL, "language": "python"}
    spec.write_text(json.dumps(kernel))
    page = home / "config" / "labconfig" / "page_config.json"
    page.parent.mkdir(parents=True)
    news = "@jupyterlab/apputils-extension:announcements"  # it would ask the network
    page.write_text(json.dumps({"disabledExtensions": {news: True}}))
    own = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
        "HOME": "home",
    }
    return os.environ | {name: str(home / folder) for name, folder in own.items()}


def address_of(server: subprocess.Popen[bytes], home: Path) -> str:
    """Return the address that the server wrote down once it listens."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        for path in (home / "runtime").glob("jpserver-*.json"):
            with suppress(ValueError):  # half written
                return str(json.loads(path.read_text())["url"])
        time.sleep(0.05)
    pytest.fail(f"JupyterLab did not start: {(home / 'log').read_text()[-2000:]}")


def end(server: subprocess.Popen[bytes]) -> None:
    """Stop the server and its kernels, which are in a session of their own."""
    server.terminate()
    try:
        server.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


class Notebook:
    """A notebook on the screen whose second cell shows the widget."""

    def __init__(self, page: Any, path: Path) -> None:
        self.page, self.path = page, path
        self.review = page.locator(".weaklabel-review")
        self.item = self.review.locator(".wl-item")

    def wait_for_kernel(self) -> None:
        self.wait("notebook.sessionContext.session?.kernel?.status === 'idle'")

    def run_widget(self) -> None:
        """Run the cell as a person does, and wait until the first item is there."""
        self.page.locator(".jp-Notebook .jp-Cell").nth(1).locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        self.shows("comment number 0")

    def shows(self, text: str) -> None:
        sync_api.expect(self.item).to_contain_text(text, timeout=PATIENCE * 1000)

    def click_into(self) -> None:
        self.item.click(position={"x": 5, "y": 5})

    def wait(self, condition: str) -> None:
        found = "const notebook = window.jupyterapp?.shell?.currentWidget"
        script = f"() => {{ {found}; return Boolean(notebook && notebook.sessionContext && {condition}); }}"
        self.page.wait_for_function(script, timeout=PATIENCE * 1000)

    def model(self) -> list[dict[str, Any]]:
        """Return all cells as the notebook has them in memory."""
        script = "() => window.jupyterapp.shell.currentWidget.content.model.toJSON().cells"
        return list(self.page.evaluate(script))

    def cells(self) -> list[tuple[str, object]]:
        """Return what stray keys would change: cells, their texts, and how often they ran."""
        return [(cell["source"], cell["execution_count"]) for cell in self.model()]

    def write_and_run(self, place: int, source: str) -> None:
        cell = self.page.locator(".jp-Notebook .jp-Cell").nth(place).locator(".cm-content")
        cell.fill(source)
        self.page.keyboard.press("Control+Enter")

    def save(self, *, with_widgets: bool = False) -> dict[str, Any]:
        """Save as the menu does, and return the file."""
        if with_widgets:
            self.command("@jupyter-widgets/jupyterlab-manager:saveWidgetState")
        self.command("docmanager:save")
        return dict(json.loads(self.path.read_text()))

    def command(self, name: str, **arguments: object) -> None:
        """Do what an entry of the menu does."""
        script = "([name, given]) => window.jupyterapp.commands.execute(name, given)"
        self.page.evaluate(script, [name, arguments])

    def comments(self) -> list[str]:
        return [d.comment for d in self.log() if d.kind == "note"]

    def log(self) -> DecisionLog:
        store = DecisionStore(self.path.parent / "decisions.sqlite")
        try:
            return store.log()
        finally:
            store.close()

    def stored(self) -> list[tuple[str, str | None, str]]:
        return [(d.item_id, d.label, d.kind) for d in self.log()]

    def wait_stored(self, n: int) -> list[tuple[str, str | None, str]]:
        """Wait until so many decisions are in the file that the cell made."""
        deadline = time.monotonic() + PATIENCE
        while len(found := self.stored()) < n and time.monotonic() < deadline:
            self.page.wait_for_timeout(20)
        return found


@pytest.fixture
def start(
    lab: Lab, new_page: Callable[..., Any], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Notebook]]:
    """Return what opens a notebook of three cells, the widget's in the middle, and runs that."""
    opened: list[Notebook] = []

    def make(texts: list[str] = TEXTS) -> Notebook:
        cells = [CELLS[0], WIDGET.format(texts=texts).strip(), CELLS[2]]
        path = lab.write(request.node.name, cells)
        page = new_page(lab.address(path), viewport={"width": 1200, "height": 1000})
        notebook = Notebook(page, path)
        opened.append(notebook)
        notebook.wait_for_kernel()
        notebook.run_widget()
        return notebook

    yield make
    for notebook in opened:
        notebook.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"
        )


def test_keys_answer_in_the_widget_and_never_reach_the_notebook(start) -> None:
    notebook = start()
    press = notebook.page.keyboard.press
    before = notebook.cells()
    notebook.click_into()
    press("a")
    notebook.shows("comment number 1")
    press("x")
    notebook.shows("comment number 2")
    press("1")
    notebook.shows("comment number 3")
    notebook.wait_stored(3)  # what was not sent yet is undone without the kernel
    press("Backspace")
    notebook.shows("comment number 2")
    press("u")
    notebook.shows("comment number 1")
    press("Space")
    notebook.shows("comment number 2")
    for key in ("d", "d", "b", "m", "y", "Shift+Enter", "Shift+M", "z"):  # a notebook's, not ours
        press(key)
    press("c")
    notebook.page.keyboard.type("a x 1 dd")
    press("Escape")
    assert notebook.wait_stored(7) == [
        ("item 0", "spam", ""),
        ("item 1", "ham", ""),
        ("item 2", "ham", ""),
        ("item 2", None, "undo"),
        ("item 1", None, "undo"),
        ("item 1", None, ""),
        ("item 2", None, "note"),
    ]
    assert notebook.comments() == ["a x 1 dd"]
    assert notebook.cells() == before
    saved = notebook.save()
    assert ["".join(cell["source"]) for cell in saved["cells"]] == [text for text, _ in before]


def test_a_group_is_answered_in_the_cell_after_one_question(start) -> None:
    notebook = start()
    before = notebook.cells()
    notebook.click_into()
    notebook.page.keyboard.press("g")
    question = notebook.review.get_by_role("dialog")
    sync_api.expect(question).to_contain_text("comment number 1")
    notebook.page.keyboard.press("1")
    notebook.page.keyboard.press("Enter")
    notebook.shows("comment number 2")
    assert notebook.wait_stored(2) == [("item 0", "ham", ""), ("item 1", "ham", "")]
    assert notebook.cells() == before


def test_the_notebook_has_its_keys_again_once_the_widget_is_left(start) -> None:
    notebook = start()
    notebook.click_into()
    notebook.page.keyboard.press("a")
    notebook.wait_stored(1)
    notebook.page.locator(".jp-Notebook .jp-Cell").nth(2).locator(".jp-InputPrompt").click()
    notebook.page.keyboard.press("a")
    notebook.wait("notebook.content.model.cells.length === 4")
    notebook.page.keyboard.press("x")
    notebook.wait("notebook.content.model.cells.length === 3")
    assert len(notebook.stored()) == 1


def test_the_next_cell_has_the_answers_and_the_widget_goes_on_after_a_reload(start) -> None:
    notebook = start()
    notebook.click_into()
    notebook.page.keyboard.press("a")
    notebook.page.keyboard.press("x")
    notebook.wait_stored(2)
    notebook.write_and_run(2, "print([d.label for d in widget.decisions()], widget)")
    notebook.wait("notebook.content.widgets[2].outputArea.node.textContent.includes('left')")
    (output,) = notebook.model()[2]["outputs"]
    assert output["text"] == "['spam', 'ham'] ReviewWidget('ann': 2 answered, 0 skipped, 10 left)\n"
    notebook.save()
    notebook.page.reload()
    notebook.shows("comment number 2")


def test_answers_given_while_a_cell_runs_are_stored_when_it_ends_at_the_latest(start) -> None:
    notebook = start()
    done = notebook.path.parent / "done"
    waits = "import pathlib, time\nwhile not pathlib.Path('done').exists(): time.sleep(0.05)\nprint('over')"
    notebook.write_and_run(2, waits)
    notebook.wait("notebook.sessionContext.session.kernel.status === 'busy'")
    notebook.click_into()
    notebook.page.keyboard.press("a")
    notebook.shows("comment number 1")  # the screen does not wait for the kernel
    assert notebook.model()[2]["outputs"] == []
    done.touch()
    notebook.wait("notebook.content.widgets[2].outputArea.node.textContent.includes('over')")
    assert notebook.wait_stored(1) == [("item 0", "spam", "")]
    notebook.page.keyboard.press("x")
    assert notebook.wait_stored(2) == [("item 0", "spam", ""), ("item 1", "ham", "")]


def test_hostile_items_are_text_in_the_cell(start) -> None:
    hostile = [
        "comment number 0 <img src=x onerror='window.hacked=1'><script>window.hacked=1</script>",
        "</script><svg onload=window.hacked=1> \u202e\u0000 comment number 1 javascript:alert(1)",
        "comment number 2" + "\u202e<b>" * 500_000,
    ]
    notebook = start(hostile)
    notebook.shows("<img src=x onerror=")
    notebook.click_into()
    notebook.page.keyboard.press("a")
    notebook.shows("<svg onload=window.hacked=1>")
    notebook.page.keyboard.press("a")
    notebook.shows("comment number 2")
    assert notebook.review.locator("img, script, svg, iframe").count() == 0
    assert notebook.page.evaluate("() => window.hacked") is None
    assert len(notebook.wait_stored(2)) == 2


def test_a_saved_notebook_holds_no_item_even_with_the_state_of_widgets(start) -> None:
    notebook = start()
    notebook.click_into()
    notebook.page.keyboard.press("a")
    notebook.wait_stored(1)
    saved = notebook.save(with_widgets=True)
    rest = json.dumps([saved["metadata"], [cell["outputs"] for cell in saved["cells"]]])
    assert "AnyModel" in rest  # the state is in the file
    assert "ReviewWidget('ann'" in rest  # and the text for who cannot show it
    assert "comment number" not in rest
    assert "decisions.sqlite" not in rest


def test_an_error_of_the_kernel_is_on_the_screen(start) -> None:
    notebook = start()
    notebook.write_and_run(2, "widget._desk = None")
    notebook.wait("notebook.content.widgets[2].model.executionState !== 'running'")
    notebook.click_into()
    notebook.page.keyboard.press("g")
    alert = notebook.review.get_by_role("alert")
    sync_api.expect(alert).to_contain_text("AttributeError", timeout=PATIENCE * 1000)


def test_in_a_dark_theme_the_widget_is_dark(start) -> None:
    notebook = start()
    background = "element => getComputedStyle(element).backgroundColor"
    light = notebook.review.evaluate(background)
    notebook.command("apputils:change-theme", theme="JupyterLab Dark")
    notebook.page.wait_for_function(
        "light => getComputedStyle(document.querySelector('.weaklabel-review')).backgroundColor !== light",
        arg=light,
    )
    assert brightness(notebook.review.evaluate(background)) < 80
    assert brightness(notebook.review.evaluate("element => getComputedStyle(element).color")) > 150
    assert brightness(light) > 200


def brightness(colour: str) -> float:
    """Return the mean of red, green and blue of what a browser says, in [0, 255]."""
    parts = [float(part) for part in re.findall(r"[\d.]+", colour)[:3]]
    return sum(parts) / len(parts)
