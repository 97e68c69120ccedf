"""download_zip: wanted files of an archive on the web, each checked against its hash."""

from __future__ import annotations

import io
import shutil
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Mapping
from pathlib import Path

from weaklabel.errors import FileFormatError, ItemsError, ParameterError, WriteError, wrong_value
from weaklabel.files import atomic_write, file_sha256

__all__ = ["download_zip"]

_LARGEST_DOWNLOAD = 50_000_000  # bytes; far above any example's archive


def download_zip(url: str, sha256: Mapping[str, str], folder: Path) -> None:
    """Download an archive and store the wanted files of it, each checked against its hash.

    Parameters
    ----------
    url : str
        Of a zip archive; http, https or file.
    sha256 : mapping of str to str
        Hexadecimal SHA-256 of every wanted file by its name, in whatever folder
        of the archive it is.
    folder : pathlib.Path
        Where to store them; made if missing. Nothing is stored unless all are right.

    Raises
    ------
    ItemsError
        If the archive cannot be downloaded.
    FileFormatError
        If it is no zip archive, lacks a file, or a file is another than wanted.
    WriteError
        If `folder` cannot be written.
    """
    archive = _download(url)
    with tempfile.TemporaryDirectory() as unpacked:
        for name, wanted in sha256.items():
            path = Path(unpacked) / name
            path.write_bytes(_member(archive, url, name))
            found = file_sha256(path)
            if found != wanted:
                raise FileFormatError(
                    f"{name} from {url} has the SHA-256 {found}, must be {wanted}. "
                    "The file was changed or damaged on the way; nothing was stored."
                )
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WriteError(f"{folder} cannot be made: {error}. Choose another cache.") from error
        for name in sha256:
            with atomic_write(folder / name) as target:
                shutil.copyfile(Path(unpacked) / name, target)


def _download(url: str) -> zipfile.ZipFile:
    scheme = url.partition(":")[0]
    if scheme not in ("http", "https", "file"):
        raise ParameterError(wrong_value("scheme of url", scheme, "http, https or file"))
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - scheme checked above
            data = answer.read(_LARGEST_DOWNLOAD)
    except (urllib.error.URLError, OSError) as error:
        raise ItemsError(
            f"{url} cannot be downloaded: {error}. "
            "Without a network, download it elsewhere and name its folder with folder=."
        ) from error
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile as error:
        raise FileFormatError(f"{url} is no zip archive: {error}.") from error


def _member(archive: zipfile.ZipFile, url: str, name: str) -> bytes:
    places = [m for m in archive.infolist() if m.filename.rpartition("/")[2] == name]
    places = [m for m in places if "__MACOSX" not in m.filename]
    if not places:
        raise FileFormatError(f"{url} has no file {name}; it holds {archive.namelist()[:10]}.")
    if places[0].file_size > _LARGEST_DOWNLOAD:
        raise FileFormatError(f"{name} in {url} unpacks to {places[0].file_size} bytes, too many.")
    try:
        return archive.read(places[0])
    except (zipfile.BadZipFile, ValueError, EOFError) as error:
        raise FileFormatError(f"{name} in {url} is damaged: {error}.") from error
