"""Images come from one folder, are what their bytes say, and nothing else is read."""

import os
from pathlib import Path

import pytest

from weaklabel.errors import ItemsError, ParameterError
from weaklabel.review.desk._images import ImageFolder

GIF = b"GIF89a" + bytes(10)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with an image in it and one beside it."""
    inside = tmp_path / "images"
    (inside / "sub").mkdir(parents=True)
    (inside / "dot.gif").write_bytes(GIF)
    (inside / "sub" / "a b%.gif").write_bytes(GIF)
    (tmp_path / "secret.gif").write_bytes(GIF)
    (tmp_path / "images2").mkdir()
    (tmp_path / "images2" / "secret.gif").write_bytes(GIF)
    return inside


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0...", "image/jpeg"),
        (b"GIF87a...", "image/gif"),
        (b"GIF89a...", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
    ],
)
def test_the_first_bytes_say_what_an_image_is(
    folder: Path, content: bytes, media_type: str
) -> None:
    (folder / "any.svg").write_bytes(content)
    assert ImageFolder(folder).read("any.svg") == (media_type, content)


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script>",
        b"RIFF\x00\x00\x00\x00WAVE",
        b"",
    ],
)
def test_what_is_no_picture_is_refused_whatever_its_name(folder: Path, content: bytes) -> None:
    (folder / "dot.png").write_bytes(content)
    with pytest.raises(ItemsError, match=r"PNG, JPEG, GIF or WebP, by its first bytes"):
        ImageFolder(folder).read("dot.png")


def test_a_path_in_the_folder_is_read_however_it_is_written(folder: Path) -> None:
    images = ImageFolder(folder)
    whole = folder / "sub" / "a b%.gif"
    names = ["sub/a b%.gif", "./sub/../sub/a b%.gif", str(whole), whole.as_uri()]
    names += [whole.as_uri().replace("file://", "file://localhost")]
    names += [whole.as_uri().replace("file://", "FILE:")]
    for name in names:
        assert images.read(name) == ("image/gif", GIF), name


@pytest.mark.parametrize(
    "name",
    [
        "../secret.gif",
        "sub/../../secret.gif",
        "../images2/secret.gif",
        "/etc/passwd",
        "file:///etc/passwd",
        "file://localhost/etc/passwd",
        "file:/etc/passwd",
        "file:///%2e%2e/etc/passwd",
    ],
)
def test_nothing_outside_the_folder_is_read(folder: Path, name: str) -> None:
    with pytest.raises(ItemsError, match="inside the folder of images"):
        ImageFolder(folder).read(name)


def test_a_link_leads_to_places_inside_only(folder: Path) -> None:
    (folder / "good.gif").symlink_to(folder / "dot.gif")
    (folder / "bad.gif").symlink_to(folder.parent / "secret.gif")
    (folder / "away").symlink_to(folder.parent)
    (folder / "circle").symlink_to(folder / "circle")
    images = ImageFolder(folder)
    assert images.read("good.gif") == ("image/gif", GIF)
    for name in ("bad.gif", "away/secret.gif"):
        with pytest.raises(ItemsError, match="inside the folder of images"):
            images.read(name)
    with pytest.raises(ItemsError, match="that can be read"):
        images.read("circle")


@pytest.mark.parametrize("swapped", ["sub", "sub/a b%.gif"])
def test_a_link_that_appears_after_the_path_was_looked_at_is_not_followed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, swapped: str
) -> None:
    images, resolve = ImageFolder(folder), Path.resolve
    outside = folder.parent / "outside"
    (outside / "sub").mkdir(parents=True)
    (outside / "sub" / "a b%.gif").write_bytes(GIF + b"secret")

    def resolve_then_swap(path: Path, *arguments: bool) -> Path:
        found = resolve(path, *arguments)
        (folder / swapped).rename(folder / "aside")
        (folder / swapped).symlink_to(outside / swapped)
        return found

    monkeypatch.setattr(Path, "resolve", resolve_then_swap)
    with pytest.raises(ItemsError, match="that can be read"):
        images.read("sub/a b%.gif")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files as Linux does")
def test_what_is_refused_leaves_nothing_open(folder: Path) -> None:
    os.mkfifo(folder / "pipe.gif")
    images = ImageFolder(folder)
    before = len(os.listdir("/proc/self/fd"))
    for name in ("sub", "pipe.gif", "none.gif", "sub/none.gif", "dot.gif/none.gif"):
        with pytest.raises(ItemsError):
            images.read(name)
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("https://example.com/a.gif", "other addresses are never fetched"),
        ("file://example.com/a.gif", "other addresses are never fetched"),
        ("//example.com/a.gif", "other addresses are never fetched"),
        ("http://[", "other addresses are never fetched"),
        ("data:image/gif;base64,R0lGODlh", "No such file"),
        ("javascript:alert(1)", "No such file"),
        ("none.gif", "No such file"),
        ("x" * 5000, "that can be read"),
        ("dot.gif\x00.png", "must be a path"),
        ("file:///dot.gif%00", "must be a path"),
        ("half\ud800.gif", "that can be read"),
        ("", "must be a path"),
        (" ", "must be a path"),
        ("sub", "that can be read"),
    ],
)
def test_what_is_no_image_is_refused_in_words_without_the_folder(
    folder: Path, name: str, words: str
) -> None:
    with pytest.raises(ItemsError, match=words) as caught:
        ImageFolder(folder).read(name)
    assert str(folder) not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.gif")
    with pytest.raises(ItemsError, match="must be a file"):
        ImageFolder(folder).read("pipe.gif")


def test_an_image_may_be_as_large_as_the_limit(folder: Path) -> None:
    assert ImageFolder(folder, max_bytes=len(GIF)).read("dot.gif")[1] == GIF
    with pytest.raises(ItemsError, match="at most 15 bytes large"):
        ImageFolder(folder, max_bytes=15).read("dot.gif")


def test_arguments_are_checked(folder: Path) -> None:
    with pytest.raises(ParameterError, match="a folder that exists"):
        ImageFolder(folder / "dot.gif")
    with pytest.raises(ParameterError, match="max_bytes is 0"):
        ImageFolder(folder, max_bytes=0)
