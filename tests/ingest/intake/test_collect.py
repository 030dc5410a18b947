"""What was handed over: folders walked, zip files unpacked within limits, links left alone."""

from __future__ import annotations

import base64
import io
import sys
import zipfile
from pathlib import Path

import pytest

from tests.factory import Workbook, a_context
from tests.ingest.packages import packed, parts_of
from tests.ingest.small import codes, returned
from xlassess.ingest import ReturnedFile, collect, read_return
from xlassess.ingest.guard.limits import MOST_MEMBERS, MOST_PACKED
from xlassess.model.answer import Return


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "inbox"
    made.mkdir()
    return made


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    made = tmp_path / "unpacked"
    made.mkdir()
    return made


def told(results: list[ReturnedFile | Return]) -> dict[str, str]:
    """The name of every file, with the code of those refused already."""
    return {
        one.name if isinstance(one, ReturnedFile) else one.file: ""
        if isinstance(one, ReturnedFile)
        else one.findings[0].code
        for one in results
    }


def test_folder__files_in_order_without_leavings(folder: Path, unpacked: Path) -> None:
    (folder / "sub" / ".hidden").mkdir(parents=True)
    (folder / "__MACOSX").mkdir()
    for name in (
        "b.xlsx", "a.ods", "sub/c.xls", "~$b.xlsx", ".DS_Store", "Thumbs.db", "desktop.ini",
        "sub/.hidden/d.xlsx", "__MACOSX/b.xlsx", ".~lock.b.xlsx#",
    ):  # fmt: skip
        (folder / name).write_bytes(b"x")
    assert list(told(list(collect([folder], unpacked)))) == ["a.ods", "b.xlsx", "sub/c.xls"]


@pytest.mark.skipif(sys.platform == "win32", reason="links take privileges on Windows")
def test_links__inside_a_folder_are_not_followed(folder: Path, unpacked: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "a.xlsx").write_bytes(b"x")
    (folder / "dir").symlink_to(outside)
    (folder / "file.xlsx").symlink_to(outside / "a.xlsx")
    (folder / "loop").symlink_to(folder)
    assert told(list(collect([folder], unpacked))) == dict.fromkeys(
        ["dir", "file.xlsx", "loop"], "G14"
    )


def test_missing__is_refused(folder: Path, unpacked: Path) -> None:
    assert told(list(collect([folder / "gone.xlsx"], unpacked))) == {"gone.xlsx": "G22"}


@pytest.mark.parametrize(
    ("name", "size", "is_lock"),
    [("~$b.xlsx", 165, True), (".~lock.b.xlsx#", 80, True), ("~$b.xlsx", 5000, False)],
)
def test_lock_file__given_by_name_is_called_what_it_is(
    folder: Path, unpacked: Path, name: str, size: int, is_lock: bool
) -> None:
    (folder / name).write_bytes(b"\x03Ada".ljust(size))
    (item,) = collect([folder / name], unpacked)
    lock = isinstance(item, Return) and "while it is open" in item.findings[0].message
    assert lock == is_lock


def test_zip__is_unpacked_and_read(kinds: Workbook, folder: Path, unpacked: Path) -> None:
    inner = packed({"deep/partner.xlsx": returned(kinds)})
    (folder / "returns.zip").write_bytes(
        packed({"one.xlsx": kinds.data, "more.zip": inner, "__MACOSX/._one.xlsx": b"x"})
    )
    results = list(collect([folder], unpacked))
    assert told(results) == {
        "returns.zip/more.zip/deep/partner.xlsx": "",
        "returns.zip/one.xlsx": "",
    }
    first = results[0]
    assert isinstance(first, ReturnedFile)
    ret = read_return(first, a_context(kinds))
    assert (ret.file, ret.state) == ("returns.zip/more.zip/deep/partner.xlsx", "accepted")


def test_workbook__whose_parts_are_named_from_the_root_is_no_archive(
    kinds: Workbook, folder: Path, unpacked: Path
) -> None:
    parts = {f"/{name}": part for name, part in parts_of(kinds.data).items()}
    (folder / "a.xlsx").write_bytes(packed(parts))
    (found,) = collect([folder], unpacked)
    assert isinstance(found, ReturnedFile)
    assert codes(read_return(found, a_context(kinds))) == ["G07"]


def test_zip__names_decide_nothing_on_disk(folder: Path, unpacked: Path) -> None:
    (folder / "evil.zip").write_bytes(
        packed(
            {"../../evil.xlsx": b"x", "/etc/evil.xlsx": b"x", "a\nb.xlsx": b"x", "C:\\e.x": b"x"}
        )
    )
    results = list(collect([folder], unpacked))
    assert all(isinstance(one, ReturnedFile) and one.path.parent == unpacked for one in results)
    assert "evil.zip/evil.xlsx" in told(results)
    assert not any("\n" in name or ".." in name for name in told(results))
    assert sorted(path.name for path in folder.parent.iterdir()) == ["inbox", "unpacked"]


def test_zip__too_deep(folder: Path, unpacked: Path) -> None:
    data = b"x"
    for level in range(4):
        data = packed({f"level{level}.zip" if level else "a.xlsx": data})
    (folder / "deep.zip").write_bytes(data)
    assert list(told(list(collect([folder], unpacked))).values()) == ["G15"]


@pytest.mark.parametrize("letters", [1, 500])
def test_zip__too_many_files(folder: Path, unpacked: Path, letters: int) -> None:
    """However long their names make its table of contents: it is a zip file, and no workbook."""
    name = "a" * letters
    many = packed({f"{name}{number}.xlsx": b"" for number in range(MOST_PACKED + 1)})
    (folder / "many.zip").write_bytes(many)
    (refused,) = collect([folder], unpacked)
    assert told([refused]) == {"many.zip": "G15"}
    assert isinstance(refused, Return)
    assert "at most 10,000" in refused.findings[0].message


def test_zip__of_a_whole_folder_of_returns(folder: Path, unpacked: Path) -> None:
    whole = packed({f"returns/2026 - Partner {n}.xlsx": b"x" for n in range(2 * MOST_MEMBERS)})
    (folder / "returns.zip").write_bytes(whole)
    found = list(collect([folder], unpacked))
    assert len(found) == 2 * MOST_MEMBERS
    assert all(isinstance(one, ReturnedFile) for one in found)


def test_zip__in_a_message_holds_no_more_than_messages_may(folder: Path, unpacked: Path) -> None:
    data = base64.encodebytes(packed({f"{n}.xlsx": b"x" for n in range(MOST_MEMBERS)}))
    head = b"From: a@b.example\nSubject: x\nContent-Transfer-Encoding: base64\n"
    (folder / "a.eml").write_bytes(
        head + b"Content-Disposition: attachment; filename=a.zip\n\n" + data
    )
    assert list(told(list(collect([folder], unpacked))).values()) == ["G15"]


@pytest.mark.parametrize("kept", ["mailbox file", "Maildir"])
def test_mailbox__more_messages_than_a_zip_may_hold_files(
    folder: Path, unpacked: Path, kept: str
) -> None:
    count = MOST_MEMBERS + 5
    mail = (
        b"From: a@b.example\nSubject: x\nContent-Disposition: attachment; filename=a.xlsx\n\n%d\n"
    )
    if kept == "Maildir":
        for number in range(count):
            (folder / f"{number:05d}.M1").write_bytes(mail % number)
    else:
        (folder / "all.mbox").write_bytes(
            b"\n".join(b"From a Mon\n" + mail % number for number in range(count))
        )
    found = list(collect([folder], unpacked))
    assert len(found) == count
    assert all(isinstance(one, ReturnedFile) for one in found)


def test_message__more_files_than_a_zip_may_hold(folder: Path, unpacked: Path) -> None:
    head = b"From: a@b.example\nSubject: x\nContent-Type: multipart/mixed; boundary=b\n\n"
    part = b"--b\nContent-Disposition: attachment; filename=a.xlsx\n\nx\n"
    (folder / "a.eml").write_bytes(head + part * (MOST_MEMBERS + 2) + b"--b--\n")
    found = list(collect([folder], unpacked))
    assert [isinstance(one, ReturnedFile) for one in found].count(False) == 2


def test_zip__empty(folder: Path, unpacked: Path) -> None:
    (folder / "empty.zip").write_bytes(packed({".DS_Store": b"x"}))
    assert told(list(collect([folder], unpacked))) == {"empty.zip": "G15"}


def test_zip__a_member_too_large_and_one_damaged(folder: Path, unpacked: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("bad.xlsx", b"spoil me")
        archive.writestr("good.xlsx", b"x")
        archive.writestr("huge.xlsx", bytes(21 << 20), zipfile.ZIP_DEFLATED)
    (folder / "mixed.zip").write_bytes(out.getvalue().replace(b"spoil me", b"spoilt!!"))
    assert told(list(collect([folder], unpacked))) == {
        "mixed.zip/bad.xlsx": "G06",
        "mixed.zip/good.xlsx": "",
        "mixed.zip/huge.xlsx": "G02",
    }


def test_damaged_zip__is_left_to_the_reader(kinds: Workbook, folder: Path, unpacked: Path) -> None:
    (folder / "cut.zip").write_bytes(packed({"a.xlsx": kinds.data})[:-40])
    (source,) = collect([folder], unpacked)
    assert isinstance(source, ReturnedFile)
    assert [f.code for f in read_return(source, a_context(kinds)).findings] == ["G06"]


def test_workbook__packed_again_with_a_folder_around_it_is_one_file(
    kinds: Workbook, folder: Path, unpacked: Path
) -> None:
    around = {f"return/{name}": part for name, part in parts_of(kinds.data).items()}
    path = folder / "return.xlsx"
    path.write_bytes(packed(around | {"__MACOSX/._return": b"x"}))
    (source,) = collect([path], unpacked)
    assert isinstance(source, ReturnedFile)
    ret = read_return(source, a_context(kinds))
    (finding,) = ret.findings
    assert finding.code == "G03"
    assert "folder around" in finding.message


def test_workbook__is_not_taken_for_a_zip(kinds: Workbook, folder: Path, unpacked: Path) -> None:
    (folder / "renamed.zip").write_bytes(kinds.data)
    assert told(list(collect([folder], unpacked))) == {"renamed.zip": ""}


def test_zip__links_and_endless_names_are_only_files(folder: Path, unpacked: Path) -> None:
    link = zipfile.ZipInfo("link.xlsx")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(folder / "odd.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("n" * 300 + ".xlsx", b"x")
        archive.writestr("\u202exslx.txt\x1b[31m.xlsx", b"x")
    sources = [one for one in collect([folder], unpacked) if isinstance(one, ReturnedFile)]
    assert len(sources) == 3
    assert not any(source.path.is_symlink() for source in sources)
    assert {source.path.read_bytes() for source in sources} == {b"/etc/passwd", b"x"}
    assert not any("\x1b" in source.name for source in sources)


@pytest.mark.thorough
def test_zip__bomb_within_a_zip_is_bounded(folder: Path, unpacked: Path) -> None:
    bomb = packed({f"{number}.xlsx": bytes(19 << 20) for number in range(27)})
    (folder / "bomb.zip").write_bytes(packed({"inner.zip": bomb}))
    results = list(collect([folder], unpacked))
    assert [one.findings[0].code for one in results if isinstance(one, Return)] == ["G15"]
    assert sum(path.stat().st_size for path in unpacked.iterdir()) < 1 << 20
