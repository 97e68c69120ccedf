import io
import json
import zipfile

import numpy as np
import pytest

from weaklabel.errors import FileFormatError, ParameterError, WriteError
from weaklabel.models._model_file import ModelRecord, read_record, write_record


def record_of(**learned) -> ModelRecord:
    return ModelRecord("Example", {"tol": 0.1, "class_prior": None}, learned)


def rewrite_header(path, change) -> None:
    """Write the file anew with another header."""
    with np.load(path) as stored:
        arrays = dict(stored)
    header = json.loads(arrays["header"].tobytes())
    arrays["header"] = np.frombuffer(json.dumps(change(header)).encode(), np.uint8)
    np.savez(path, **arrays)


def test_every_plain_value_comes_back_as_it_was(tmp_path) -> None:
    inner = ModelRecord("Inner", {}, {"w_": np.arange(3)})
    learned = {
        "whole_": 3,
        "real_": 0.1,
        "nan_": float("nan"),
        "endless_": float("-inf"),
        "yes_": True,
        "none_": None,
        "text_": "é",
        "pair_": (1, [2.5, "x"]),
        "table_": {"a": 1.5},
        "one_": np.float64(0.3),
    }
    write_record(record_of(**learned, model_=inner, array_=np.eye(2)), tmp_path / "m.npz")
    found = read_record(tmp_path / "m.npz")
    assert found.class_name == "Example"
    assert found.parameters == {"tol": 0.1, "class_prior": None}
    assert np.isnan(found.learned["nan_"])
    same = {name: v for name, v in learned.items() if name != "nan_"}
    assert {name: found.learned[name] for name in same} == same
    assert type(found.learned["yes_"]) is bool
    assert found.learned["array_"].tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert found.learned["model_"].learned["w_"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("dtype", ["int8", "int64", "uint64", "float64", "bool"])
def test_arrays_keep_type_shape_and_bits(tmp_path, dtype: str) -> None:
    array = np.random.default_rng(0).random((2, 3, 1)).astype(dtype)
    write_record(record_of(array_=array), tmp_path / "m.npz")
    found = read_record(tmp_path / "m.npz").learned["array_"]
    assert (found.dtype, found.shape, found.tobytes()) == (dtype, (2, 3, 1), array.tobytes())


def test_the_same_record_makes_the_same_bytes(tmp_path) -> None:
    for name in ("a.npz", "b.npz"):
        write_record(record_of(array_=np.eye(2)), tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


@pytest.mark.parametrize("value", [object(), np.array([None]), {1, 2}, len, np.array(["x"])])
def test_what_is_not_plain_is_refused_by_name_and_writes_nothing(tmp_path, value) -> None:
    with pytest.raises(ParameterError, match=r"^Example\.odd_ is .*, must be an array of numbers"):
        write_record(record_of(odd_=value), tmp_path / "m.npz")
    assert list(tmp_path.iterdir()) == []


def test_folder_that_cannot_be_written_to_is_our_error(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError):
        write_record(record_of(), tmp_path / "file" / "m.npz")


def test_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(FileFormatError) as caught:
        read_record(tmp_path / "m.npz")
    assert str(caught.value) == (
        f"{tmp_path / 'm.npz'} does not exist, must be a file that a label model saved."
    )


def test_folder_is_called_a_folder(tmp_path) -> None:
    with pytest.raises(FileFormatError, match="is a folder, must be a file"):
        read_record(tmp_path)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04"])
def test_file_of_another_kind_is_refused(tmp_path, content: bytes) -> None:
    (tmp_path / "m.npz").write_bytes(content)
    with pytest.raises(FileFormatError, match="is no file of a label model"):
        read_record(tmp_path / "m.npz")


def test_archive_of_something_else_is_refused(tmp_path) -> None:
    np.savez(tmp_path / "m.npz", codes=np.zeros(3))
    with pytest.raises(FileFormatError, match=r"Save a fitted model with model\.save"):
        read_record(tmp_path / "m.npz")


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
def test_truncated_file_is_refused(tmp_path, part: float) -> None:
    path = tmp_path / "m.npz"
    write_record(record_of(array_=np.eye(20)), path)
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])
    with pytest.raises(FileFormatError, match="truncated or damaged"):
        read_record(path)


def test_any_changed_byte_is_refused_or_changes_nothing(tmp_path) -> None:
    path = tmp_path / "m.npz"
    write_record(record_of(array_=np.eye(3)), path)
    content = path.read_bytes()
    for i in range(0, len(content), 7):
        path.write_bytes(content[:i] + bytes([content[i] ^ 0x55]) + content[i + 1 :])
        try:
            found = read_record(path)
        except FileFormatError:
            continue
        assert found.learned["array_"].tolist() == np.eye(3).tolist()


def test_newer_format_says_what_to_install(tmp_path) -> None:
    path = tmp_path / "m.npz"
    write_record(record_of(), path)
    rewrite_header(path, lambda header: header | {"format_version": 2})
    with pytest.raises(FileFormatError) as caught:
        read_record(path)
    assert str(caught.value) == (
        f"{path} has format 2, must be at most 1 for this version of weaklabel. "
        "Install a newer one, or save the model again with this one."
    )


@pytest.mark.parametrize(
    "change",
    [
        {"model": None},
        {"model": {"array": "array_9"}},
        {"model": {"model": {}}},
        {"model": {"model": {"class_name": "E", "parameters": [], "learned": {}}}},
        {"model": {"spell": 1}},
        {"model": {"a": 1, "b": 2}},
        {"kind": "another"},
        {"format_version": "one"},
    ],
)
def test_header_that_makes_no_sense_is_refused(tmp_path, change) -> None:
    path = tmp_path / "m.npz"
    write_record(record_of(), path)
    rewrite_header(path, lambda header: header | change)
    with pytest.raises(FileFormatError, match="is no file of a label model"):
        read_record(path)


def test_pickled_array_in_the_archive_is_not_unpickled(tmp_path) -> None:
    path = tmp_path / "m.npz"
    write_record(record_of(array_=np.eye(2)), path)
    pickled = io.BytesIO()
    np.save(pickled, np.array([{}], dtype=object), allow_pickle=True)
    with np.load(path) as stored:
        header = stored["header"]
    plain = io.BytesIO()
    np.save(plain, header)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("header.npy", plain.getvalue())
        archive.writestr("array_0.npy", pickled.getvalue())
    with pytest.raises(FileFormatError, match="allow_pickle=False"):
        read_record(path)
