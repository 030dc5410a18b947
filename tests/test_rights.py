"""The rights of new files: those of their folder, whatever other threads do meanwhile."""

from __future__ import annotations

import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from tests.services.small import MONDAY, a_folder
from xlassess.assessment.settings import AssessmentFolder
from xlassess.files.rights import like_its_folder, make_folder
from xlassess.services.common.opening import open_folder
from xlassess.services.common.workbooks.outbox import put
from xlassess.services.generate import generate

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs the rights of files")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_new__has_what_its_folder_has_for_the_group(tmp_path: Path) -> None:
    for groups, file, folder in ((0o020, 0o060, 0o070), (0, 0, 0)):
        place = tmp_path / str(groups)
        place.mkdir()
        place.chmod(0o750 | groups)
        put(place / "a" / "b" / "x.xlsx", b"x")
        make_folder(place / "c" / "private", 0o700)
        assert mode(place / "a" / "b" / "x.xlsx") & 0o020 == file & 0o020
        assert mode(place / "a") & 0o020 == folder & 0o020
        assert mode(place / "c" / "private") & 0o070 == folder
        assert mode(place / "c" / "private") & 0o007 == 0


def test_new__a_link_in_it_gives_nothing_else_away(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"x")
    secret.chmod(0o600)
    place = tmp_path / "shared"
    place.mkdir()
    place.chmod(0o770)
    (place / "new").mkdir()
    (place / "new" / "link").symlink_to(secret)
    like_its_folder(place / "new")
    assert mode(secret) == 0o600


def test_new__is_the_folders_group_or_nobodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The group that a user's files are of may be everybody's: it is given nothing."""
    place = tmp_path / "team"
    place.mkdir()
    place.chmod(0o770)
    team = place.stat().st_gid
    given: list[tuple[Path, int]] = []

    def another(path: Path) -> int:
        return team + 1 if path == place else path.stat().st_gid

    def chown(path: Path, _: int, group: int) -> None:
        given.append((path, group))
        if path.name == "refused":
            raise PermissionError

    monkeypatch.setattr("xlassess.files.rights.group_of", another)
    monkeypatch.setattr(os, "chown", chown)
    for name in ("mine", "refused"):
        (place / name).write_bytes(b"x")
        (place / name).chmod(0o600)
        like_its_folder(place / name)
    assert given == [(place / "mine", team + 1), (place / "refused", team + 1)]
    assert (mode(place / "mine"), mode(place / "refused")) == (0o660, 0o600)


def test_shared__one_thread_opens_nothing_of_anothers_to_the_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(mask: int) -> int:
        raise AssertionError("the rights of the whole process are changed")

    shared, private = a_folder(tmp_path / "a"), a_folder(tmp_path / "b")
    with shared.settings_file.open("a", encoding="utf-8") as settings:
        settings.write("shared: true\n")
    monkeypatch.setattr(os, "umask", refused)
    wrong: list[BaseException] = []

    def work(folder: AssessmentFolder) -> None:
        try:
            generate(open_folder(folder.root), now=MONDAY)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(one,)) for one in (shared, private)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert wrong == []
    for folder, groups in ((shared, 0o020), (private, 0)):
        for path in (folder.outbox, next(folder.outbox.glob("*.xlsx"))):
            assert mode(path) & 0o020 == groups, path
