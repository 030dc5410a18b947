"""Received files are kept once, whole, under the hash of their bytes."""

from __future__ import annotations

import hashlib
import tracemalloc
from pathlib import Path

import pytest

from xlassess.ledger import keep_file
from xlassess.ledger.keeping.kept import BLOCK
from xlassess.model.errors import UsageError


def test_keep__under_its_hash(tmp_path: Path) -> None:
    source = tmp_path / "Return from Söhne.xlsx"
    source.write_bytes(b"bytes")
    sha256 = hashlib.sha256(b"bytes").hexdigest()
    kept = keep_file(tmp_path / "returns", source)
    assert (kept.sha256, kept.size) == (sha256, 5)
    assert kept.path == tmp_path / "returns" / sha256[:2] / f"{sha256}.bin"
    assert kept.path.read_bytes() == source.read_bytes() == b"bytes"


@pytest.mark.parametrize(
    ("kind", "ending"),
    [("xlsx", "xlsx"), ("", "bin"), ("../../etc/passwd", "bin"), ("a/b", "bin"), ("XLSX\n", "bin")],
)
def test_keep__ending(tmp_path: Path, kind: str, ending: str) -> None:
    source = tmp_path / "a"
    source.write_bytes(b"")
    kept = keep_file(tmp_path / "returns", source, kind)
    assert kept.path.name == f"{hashlib.sha256(b'').hexdigest()}.{ending}"


def test_keep__twice_leaves_the_first(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"same")
    first = keep_file(tmp_path / "returns", tmp_path / "a")
    before = first.path.stat()
    second = keep_file(tmp_path / "returns", tmp_path / "b", "xlsx")
    assert second == first
    assert first.path.stat().st_mtime_ns == before.st_mtime_ns
    assert files(tmp_path / "returns") == [first.path]


def test_keep__mends_a_file_that_was_cut_short(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"whole")
    kept = keep_file(tmp_path / "returns", tmp_path / "a")
    kept.path.write_bytes(b"wh")
    keep_file(tmp_path / "returns", tmp_path / "a")
    assert kept.path.read_bytes() == b"whole"


def test_keep__interrupted_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"x" * 100)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(KeyboardInterrupt):
        keep_file(tmp_path / "returns", tmp_path / "a")
    assert files(tmp_path / "returns") == []


def test_keep__memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    big = tmp_path / "big"
    with big.open("wb") as out:
        out.truncate(40 << 20)
    tracemalloc.start()
    keep_file(tmp_path / "returns", big)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * BLOCK


@pytest.mark.parametrize("name", ["missing", "."])
def test_keep__unreadable(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        keep_file(tmp_path / "returns", tmp_path / name)
    assert files(tmp_path / "returns") == []


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
