from html.parser import HTMLParser

import pytest
from starlette.requests import Request

from weaklabel.review.web._errors import RefusedError
from weaklabel.review.web._static_files import ASSETS, file_response, static_file

PAGES = ("dashboard.html", "index.html", "login.html")


def request(known=""):
    headers = [(b"if-none-match", known.encode())] if known else []
    return Request({"type": "http", "method": "GET", "headers": headers})


@pytest.mark.parametrize("name", [*ASSETS, *PAGES])
def test_every_file_is_in_the_package(name):
    response = file_response(request(), name)
    assert response.status_code == 200
    assert response.body


class Page(HTMLParser):
    """Collects what a Content-Security-Policy of ours would not run."""

    def __init__(self, text):
        super().__init__()
        self.wrong, self._in_script = [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self._in_script = tag == "script"
        self.wrong += [tag for key in given if key.startswith("on") or key == "style"]
        self.wrong += [tag] if tag in ("style", "base", "iframe") else []
        links = [given[key] or "" for key in ("src", "href", "action") if key in given]
        self.wrong += [link for link in links if not link.startswith(("/", "#"))]
        self.wrong += [link for link in links if link.startswith("//")]

    def handle_endtag(self, tag):
        self._in_script = False

    def handle_data(self, data):
        self.wrong += [data] if self._in_script and data.strip() else []


@pytest.mark.parametrize("name", PAGES)
def test_no_page_has_what_the_policy_forbids(name):
    assert Page(static_file(name).content.decode("utf-8")).wrong == []


@pytest.mark.parametrize(
    "text",
    ["<p onclick='x'>", "<p style='x'>", "<script>x</script>", "<img src='//a.example/x.png'>"],
)
def test_the_look_at_pages_can_fail(text):
    assert Page(text).wrong


@pytest.mark.parametrize("name", [name for name in ASSETS if name.endswith(".js")])
def test_no_script_makes_code_or_markup_of_texts(name):
    script = static_file(name).content.decode("utf-8")
    for word in (
        "eval(",
        "Function(",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.w",
    ):
        assert word not in script


@pytest.mark.parametrize("name", [name for name in ASSETS if name.endswith(".css")])
def test_no_style_sheet_loads_anything(name):
    style = static_file(name).content.decode("utf-8")
    assert "url(" not in style
    assert "@import" not in style


def test_types_are_told():
    assert file_response(request(), "login.html").headers["content-type"].startswith("text/html")
    assert (
        file_response(request(), "login.js").headers["content-type"].startswith("text/javascript")
    )
    assert file_response(request(), "login.css").headers["content-type"].startswith("text/css")


def test_a_browser_asks_each_time_and_loads_what_it_has_not():
    first = file_response(request(), "login.js")
    assert first.headers["cache-control"] == "no-cache"
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        again = file_response(request(known), "login.js")
        assert (again.status_code, again.body) == (304, b"")
        assert again.headers["etag"] == tag
    assert file_response(request('"other"'), "login.js").status_code == 200


def test_the_tag_is_of_the_contents():
    assert static_file("login.js").tag != static_file("login.css").tag


@pytest.mark.parametrize(
    "name", ["", "..", "../web/_app.py", "/etc/passwd", "login.js/", "LOGIN.JS", "x.js", "a\x00"]
)
def test_no_other_file_is_sent(name):
    with pytest.raises(RefusedError) as caught:
        file_response(request(), name)
    assert caught.value.code == "not_found"
