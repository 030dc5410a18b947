"""Names of files, from the bytes that disks and zip files hold."""

from __future__ import annotations

import io
import os
import struct
import sys
import zipfile
import zlib
from pathlib import Path

import pytest

from xlassess.ingest import ReturnedFile, collect
from xlassess.ingest.guard.limits import MOST_BYTES
from xlassess.ingest.intake.collect import decoded, legible, member_name
from xlassess.model.answer import Return


@pytest.mark.parametrize("encoding", ["utf-8", "cp437", "cp1252"])
@pytest.mark.parametrize("name", ["Café Müller.xlsx", "naïve façade.xlsx", "Übersicht.ods"])
def test_decoded__whatever_wrote_it(name: str, encoding: str) -> None:
    assert decoded(name.encode(encoding)) == name


@pytest.mark.parametrize("encoding", ["cp437", "cp1252"])
@pytest.mark.parametrize(
    "name", ["ÄÖÜß Liste.xlsx", "MC ÄÖÜß à jour.xlsx", "Büro/ÄÖÜÄ 2 Liste.xlsx"]
)
def test_decoded__a_word_of_western_letters_only(name: str, encoding: str) -> None:
    assert decoded(name.encode(encoding)) == name


def test_decoded__capitals_of_windows() -> None:
    assert decoded("ÉTÉ – ÇA.xlsx".encode("cp1252")) == "ÉTÉ – ÇA.xlsx"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take no such names")
def test_collect__name_on_disk_is_repaired(tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()
    raw = os.fsencode(tmp_path / "box") + b"/MC Caf\xe9.xlsx"
    Path(os.fsdecode(raw)).write_bytes(b"x")
    (found,) = collect([tmp_path / "box"], tmp_path)
    (named,) = collect([Path(os.fsdecode(raw))], tmp_path)
    assert isinstance(found, ReturnedFile)
    assert isinstance(named, ReturnedFile)
    assert (found.name, named.name) == ("MC Café.xlsx", "MC Café.xlsx")
    assert found.path.read_bytes() == b"x"


def test_legible__usual_names_stay() -> None:
    assert legible("ordner/Größe – 你好.xlsx") == "ordner/Größe – 你好.xlsx"


def _zip(raw: bytes, extra: bytes = b"") -> zipfile.ZipInfo:
    """What a zip file says of a member whose name is these bytes, without the flag of UTF-8."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("x" * len(raw))
        info.extra = extra
        archive.writestr(info, b"x")
    data = out.getvalue().replace(b"x" * len(raw), raw)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.infolist()[0]


def test_member__of_a_mac_in_composed_letters() -> None:
    raw = "Cafe\u0301 Mu\u0308ller.xlsx".encode()
    assert member_name(_zip(raw)) == "Café Müller.xlsx"


def test_member__of_dos_and_of_windows() -> None:
    assert member_name(_zip("Müller.xlsx".encode("cp437"))) == "Müller.xlsx"
    assert member_name(_zip("Müller.xlsx".encode("cp1252"))) == "Müller.xlsx"


def test_member__name_given_beside_it() -> None:
    raw, name = b"M_ller.xl\x94x", "Möller 🙂.xlsx"
    said = struct.pack("<BI", 1, zlib.crc32(raw)) + name.encode()
    extra = struct.pack("<HH", 0x7075, len(said)) + said
    assert member_name(_zip(raw, extra)) == name


@pytest.mark.skipif(sys.platform == "win32", reason="takes the room it says there")
def test_collect__too_large_is_told_without_being_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.xlsx").open("wb") as file:
        file.truncate(30 << 30)
    with (tmp_path / "zip.zip").open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(30 << 30)
    for name in ("huge.xlsx", "zip.zip"):
        (ret,) = collect([tmp_path / name], tmp_path)
        assert isinstance(ret, Return)
        assert [finding.code for finding in ret.findings] == ["G02"]
        assert (ret.sha256, ret.size) == ("", 30 << 30)
    assert MOST_BYTES < 30 << 30


@pytest.mark.skipif(sys.platform == "win32", reason="rights are others on Windows")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read all")
def test_collect__folder_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "box" / "shut").mkdir(parents=True)
    (tmp_path / "box" / "a.xlsx").write_bytes(b"x")
    (tmp_path / "box" / "shut").chmod(0)
    results = list(collect([tmp_path / "box"], tmp_path))
    (tmp_path / "box" / "shut").chmod(0o755)
    assert [isinstance(one, Return) for one in results] == [False, True]


def test_collect__path_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"x")
    results = list(collect([tmp_path / "missing.xlsx", tmp_path / "a.xlsx"], tmp_path))
    assert [getattr(one, "findings", "read") == "read" for one in results] == [False, True]


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("Отчёт за 2026 год.xlsx", "cp866"),
        ("Анкета партнёра № 5.xlsx", "cp866"),
        ("АНКЕТА.xlsx", "cp866"),
        ("Анкета партнера.xlsx", "cp1251"),
        ("回答シート.xlsx", "cp932"),
        ("自己評価（最終版）.xlsx", "cp932"),
        ("アンケート 2026.ods", "cp932"),
        ("returns/Анкета.xlsx", "cp1251"),
        ("Анкета Ивана Smith.xlsx", "cp1251"),
        ("Łódź – ankieta.xlsx".replace("–", "-"), "cp852"),
    ],
)
def test_decoded__letters_of_other_countries(name: str, encoding: str) -> None:
    assert decoded(name.encode(encoding)) == name
