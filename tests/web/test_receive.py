"""Files that are handed over on the page: taken in whole or not at all, and read as by ingest."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.services.small import LATER, answer
from tests.web.desks import (
    FROM_HERE,
    DeskClient,
    a_desk,
    number_in,
    process_of,
    until,
    words_in,
)
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.services.common.received import totals
from xlassess.services.ingest import ingest
from xlassess.services.setup.rounds import close_round
from xlassess.web.jobs import Job, Jobs
from xlassess.web.request import uploads
from xlassess.web.request.uploads import SafePaths
from xlassess.web.work import do


@pytest.fixture
def inbox(folder: AssessmentFolder, tmp_path: Path) -> Path:
    """What came back: a new return, a doubtful one, and a file that is no workbook."""
    place = tmp_path / "came"
    answer(folder, "Bea Birch", place / "bea.xlsx", ("Agree", "Disagre", "Agree"))
    answer(folder, "Abe Ash", place / "abe again.xlsx")
    (place / "notes.txt").write_text("Sorry, later.")
    return place


def contents(place: Path) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in sorted(place.iterdir())]


def the_job(jobs: Jobs) -> Job:
    (job,) = jobs.of("2026", "read")
    return job


def left_over(jobs: Jobs) -> list[str]:
    """What is in the folder of jobs but jobs themselves and the marks of their turns."""
    names = [path.name for path in jobs.place.iterdir()] if jobs.place.exists() else []
    known = {job.id for job in jobs.of("2026")}
    return [name for name in names if name not in known and not name.startswith(".read")]


def returns(folder: AssessmentFolder) -> list[tuple[str, str, str]]:
    with Ledger(folder.ledger) as ledger:
        return [(ret.file, ret.sha256, ret.state) for ret in ledger.history("2026")]


@pytest.mark.usefixtures("idle")
def test_receive__reads_as_ingest_does(
    desk: DeskClient, folder: AssessmentFolder, jobs: Jobs, inbox: Path, tmp_path: Path
) -> None:
    other = AssessmentFolder(tmp_path / "other")
    shutil.copytree(folder.root, other.root)
    same = ingest(other, [inbox], now=LATER, workers=1)

    answered = desk.upload(contents(inbox))
    assert answered.status_code == 303
    assert "Received: 3 files." in words_in(desk.get(answered.headers["location"]))
    job = the_job(jobs)
    waiting = words_in(desk.get("/receive"))
    assert all(f"{name} Received" in waiting for name, _ in contents(inbox))
    do(jobs, job.id)

    said = words_in(desk.get("/receive"))
    assert totals(same) in said
    for file in same.files:
        assert file.ret.file in said
        for found in file.ret.findings:
            if found.severity != "note" and not file.known:
                assert found.message in said
                for_partner = found.severity == "query"
                assert f"{'To the partner' if for_partner else 'To do'}: {found.remedy}" in said
    assert sorted(returns(folder)) == sorted(returns(other))
    assert not jobs.files(job).exists()
    assert left_over(jobs) == []


@pytest.mark.usefixtures("idle")
def test_receive__says_what_to_do_without_commands(desk: DeskClient, jobs: Jobs) -> None:
    message = b"From: ada@ash.example\nSubject: Ours\nMIME-Version: 1.0\n\nNothing to report."
    desk.upload([("Ours.eml", message)])
    do(jobs, the_job(jobs).id)
    said = words_in(desk.get("/receive"))
    assert "To do: Read it. If it is an answer, record it: see the page Register." in said
    assert "xlassess " not in said


@pytest.mark.usefixtures("idle")
def test_receive__twice_changes_nothing_and_says_so(
    desk: DeskClient, folder: AssessmentFolder, jobs: Jobs, inbox: Path
) -> None:
    for _ in range(2):
        desk.upload(contents(inbox)[:2])
        newest = jobs.of("2026", "read")[0]
        do(jobs, newest.id)
        before = returns(folder)
    assert len({sha256 for _, sha256, _ in before}) == len(before)
    assert any("Nothing new" in words_in(desk.get(f"/receive?job={job.id}"))
               for job in jobs.of("2026", "read"))  # fmt: skip


@pytest.mark.usefixtures("idle")
def test_receive__the_same_form_again_is_one_reading(
    desk: DeskClient, jobs: Jobs, inbox: Path
) -> None:
    number = number_in(desk.get("/receive"))
    first, again = (desk.upload(contents(inbox), number) for _ in range(2))
    assert first.headers["location"] == again.headers["location"]
    assert len(jobs.of("2026", "read")) == 1
    assert left_over(jobs) == []


@pytest.mark.usefixtures("idle")
def test_receive__of_nothing_is_told_beside_the_field(desk: DeskClient, jobs: Jobs) -> None:
    for files in ([], [("", b"")]):
        answered = desk.upload(files) if files else desk.ask(
            "POST", "/receive", FROM_HERE, data={"number": number_in(desk.get("/receive"))}
        )  # fmt: skip
        assert answered.status_code == 422
        assert answered.text.count("Choose at least one file or folder.") == 2
    assert jobs.of("2026") == ()


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize("number", ["", "x.y", "other"])
def test_receive__with_a_form_that_is_not_ours_keeps_nothing(
    desk: DeskClient, folder: AssessmentFolder, jobs: Jobs, number: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if number == "other":
        number = number_in(DeskClient(desk.app, desk.sessions).enter().get("/receive"))
    monkeypatch.setattr(SafePaths, "of", lambda *given: pytest.fail("a file was written"))
    files = [("files", ("a.xlsx", b"PK"))]
    sent = {"data": {"number": number}, "files": files}
    assert desk.ask("POST", "/receive", FROM_HERE, **sent).status_code == 403
    assert jobs.of("2026") == ()
    assert left_over(jobs) == []


@pytest.mark.usefixtures("idle")
def test_receive__files_before_the_number_are_not_kept(desk: DeskClient, jobs: Jobs) -> None:
    number = number_in(desk.get("/receive"))
    body = part("files", b"PK", "a.xlsx") + part("number", number.encode()) + END
    assert send(desk, body).status_code == 422
    assert jobs.of("2026") == ()


BOUNDARY = "5fd2"
END = b"--5fd2--\r\n"


def part(name: str, content: bytes, filename: str = "") -> bytes:
    file = f'; filename="{filename}"' if filename else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def send(
    desk: DeskClient, body: Any, kind: str = f"multipart/form-data; boundary={BOUNDARY}"
) -> Any:
    return desk.ask("POST", "/receive", {**FROM_HERE, "content-type": kind}, content=body)


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize(
    "spoil",
    [lambda body: body[:-20], lambda body: body[: len(body) // 2], lambda body: b"",
     lambda body: body.replace(b'"number"', b'"files"'), lambda body: b"\x00" * 5000,
     lambda body: body.replace(b"--5fd2", b"--xxxx"), lambda body: body.replace(b"\r\n", b"\n"),
     lambda body: body.replace(b"Content-", b"X" * 9000 + b"Content-")],
    ids=["no end", "half", "empty", "no number", "zeros", "boundary", "line ends", "long head"],
)  # fmt: skip
def test_receive__of_a_broken_form_keeps_nothing(
    desk: DeskClient, folder: AssessmentFolder, jobs: Jobs, spoil: Any
) -> None:
    number = number_in(desk.get("/receive"))
    body = part("number", number.encode()) + part("files", b"PK" * 500, "a.xlsx") + END
    answered = send(desk, spoil(body))
    assert answered.status_code in (403, 422)
    assert jobs.of("2026") == ()
    assert left_over(jobs) == []


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize(
    "kind",
    ["multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=5fd2",
     f"multipart/form-data; boundary={'x' * 5000}"],
)  # fmt: skip
def test_receive__of_a_form_without_a_boundary_is_answered(
    desk: DeskClient, jobs: Jobs, kind: str
) -> None:
    body = part("number", number_in(desk.get("/receive")).encode()) + END
    assert send(desk, body, kind).status_code in (403, 422)
    assert left_over(jobs) == []


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize("said", [True, False], ids=["length said", "length not said"])
def test_receive__of_too_much_keeps_nothing_and_says_so(
    desk: DeskClient, jobs: Jobs, monkeypatch: pytest.MonkeyPatch, said: bool
) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 3 << 20)
    number = number_in(desk.get("/receive"))
    body = part("number", number.encode()) + part("files", b"x" * (5 << 20), "a.xlsx") + END

    async def in_parts() -> AsyncIterator[bytes]:
        for place in range(0, len(body), 1 << 16):
            yield body[place : place + (1 << 16)]

    answered = send(desk, body if said else in_parts())
    assert answered.status_code == 422
    assert "at once" in words_in(answered)
    assert jobs.of("2026") == ()
    assert left_over(jobs) == []


@pytest.mark.usefixtures("idle")
def test_receive__of_too_many_files_keeps_nothing(
    desk: DeskClient, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_MOST_FILES", 3)
    assert desk.upload([(f"{n}.xlsx", b"PK") for n in range(3)]).status_code == 303
    answered = desk.upload([(f"{n}.xlsx", b"PK") for n in range(4)])
    assert answered.status_code == 422
    assert len(jobs.of("2026")) == 1


@pytest.mark.usefixtures("idle")
def test_receive__large_files_are_never_whole_in_memory(desk: DeskClient, jobs: Jobs) -> None:
    number = number_in(desk.get("/receive"))
    block = b"\x00" * (1 << 18)

    async def endless() -> AsyncIterator[bytes]:
        yield part("number", number.encode()) + part("files", b"", "big.zip")[:-2]
        for _ in range(256):
            yield block
        yield b"\r\n" + END

    tracemalloc.start()
    try:
        assert send(desk, endless()).status_code == 303
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (jobs.files(the_job(jobs)) / "big.zip").stat().st_size == 64 << 20
    assert most < 16 << 20


@pytest.mark.usefixtures("idle")
def test_receive__broken_off_leaves_nothing(
    desk: DeskClient, folder: AssessmentFolder, jobs: Jobs
) -> None:
    number = number_in(desk.get("/receive"))
    begun = part("number", number.encode()) + part("files", b"x" * (3 << 20), "a.xlsx")
    told = iter([
        {"type": "http.request", "body": begun, "more_body": True},
        {"type": "http.request", "body": b"x" * 999, "more_body": True},
        {"type": "http.disconnect"},
    ])  # fmt: skip
    there: list[bool] = []

    async def receive() -> Any:
        there.append(any(jobs.place.glob(".unfinished-*/files/a.xlsx")))
        return next(told)

    async def nobody(message: Any) -> None:
        assert message["type"].startswith("http.response")

    cookie = "; ".join(f"{name}={value}" for name, value in desk.cookies.items())
    headers = {**FROM_HERE, "host": "127.0.0.1:8765", "cookie": cookie,
               "content-type": f"multipart/form-data; boundary={BOUNDARY}"}  # fmt: skip
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "path": "/receive",
        "raw_path": b"/receive", "query_string": b"", "scheme": "http",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    asyncio.run(desk.app(scope, receive, nobody))
    assert there[-1]
    assert jobs.of("2026") == ()
    assert left_over(jobs) == []


NAMES = (
    "../../../.secret", "..\\..\\.secret", "/etc/passwd", "C:\\Users\\a.xlsx", "a\u202excod.xlsx",
    "<script>alert(1)</script>.xlsx", "con.xlsx", "a\x00b.xlsx", "x" * 3000 + ".xlsx", ". . /..",
    "d/" * 500 + "e.xlsx", "é" * 1500, "a:b.xlsx", "files/lock", "job.json", "a.xlsx", "A.XLSX",
    "a.xlsx/b.xlsx", "\u2066\u2067", "%2e%2e%2fa", "a\r\nb.xlsx", '"quoted".xlsx',
)  # fmt: skip


@pytest.mark.usefixtures("idle")
def test_receive__names_lead_nowhere_and_are_shown_as_what_they_are(
    desk: DeskClient, folder: AssessmentFolder, jobs: Jobs
) -> None:
    before = {path: path.read_bytes() for path in folder.root.rglob("*") if path.is_file()}
    answered = desk.upload([(name, f"content {n}".encode()) for n, name in enumerate(NAMES)])
    assert answered.status_code == 303
    job = the_job(jobs)
    files = [path for path in jobs.files(job).rglob("*") if path.is_file()]
    assert sorted(path.read_bytes() for path in files) == sorted(
        f"content {n}".encode() for n in range(len(NAMES))
    )
    after = {path: path.read_bytes() for path in folder.root.rglob("*") if path.is_file()}
    assert {path: after[path] for path in before} == before
    new = [path for path in after if path not in before]
    assert all(path.is_relative_to(jobs.place / job.id) for path in new)
    for step in range(2):
        text = desk.get("/receive").text
        assert "<script>alert" not in text
        assert not set("\u202e\u2066\u2067\x00") & set(text)
        if not step:
            do(jobs, job.id)
    assert the_job(jobs).state == "done"


@pytest.mark.parametrize("name", NAMES)
def test_path__is_safe_on_every_system(name: str) -> None:
    paths = SafePaths()
    for made in (paths.of(name), paths.of(name)):
        assert not made.is_absolute()
        assert not {"..", ".", ""} & set(made.parts)
        assert len(str(made)) <= 160
        for one in made.parts:
            assert len(one.encode()) <= 245
            assert one.isprintable()
            assert not set('<>:"|?*\\') & set(one)
            assert one == one.rstrip(" .")
    assert paths.of(name) != paths.of(name)


@pytest.mark.usefixtures("idle")
def test_receive__a_zip_that_would_fill_the_disk_is_refused(
    desk: DeskClient, folder: AssessmentFolder, jobs: Jobs
) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(40):
            archive.writestr(f"{number}.xlsx", b"\x00" * 999)
            archive.filelist[-1].file_size = 19 << 20  # what it says is what counts
    desk.upload([("bomb.zip", bomb.getvalue())])
    do(jobs, the_job(jobs).id)
    said = words_in(desk.get("/receive"))
    assert "1 refused" in said
    assert "500 MB" in said


@pytest.mark.usefixtures("idle")
def test_receive__a_folder_keeps_its_names_and_hidden_files_are_passed_over(
    desk: DeskClient, folder: AssessmentFolder, jobs: Jobs, inbox: Path
) -> None:
    bea = (inbox / "bea.xlsx").read_bytes()
    desk.upload([("came/in/bea.xlsx", bea), ("came/~$bea.xlsx", b"x"), ("came/.DS_Store", b"x")])
    do(jobs, the_job(jobs).id)
    said = words_in(desk.get("/receive"))
    assert "came/in/bea.xlsx" in said
    assert "Passed over" in said
    assert "came/~$bea.xlsx" in said


@pytest.mark.usefixtures("idle")
def test_receive__of_a_closed_round_takes_nothing(
    desk: DeskClient, folder: AssessmentFolder, jobs: Jobs, inbox: Path
) -> None:
    number = number_in(desk.get("/receive"))
    close_round(folder, now=LATER)
    page = desk.get("/receive")
    assert 'type="file"' not in page.text
    assert "This round is closed" in words_in(page)
    assert desk.upload(contents(inbox), number).status_code == 422
    assert jobs.of("2026") == ()


def test_receive__goes_on_when_nobody_looks(
    desk: DeskClient, folder: AssessmentFolder, jobs: Jobs, inbox: Path
) -> None:
    """With true processes: what was handed over last is read too, each by its turn."""
    for name, content in contents(inbox):
        desk.upload([(name, content)])
    until(lambda: all(job.state == "done" for job in jobs.of("2026")))
    assert len(jobs.of("2026", "read")) == 3
    assert {file for file, _, _ in returns(folder)} >= {"bea.xlsx", "abe again.xlsx"}


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_receive__killed_while_reading_is_read_again_and_once(
    desk: DeskClient, folder: AssessmentFolder, jobs: Jobs, inbox: Path
) -> None:
    with jobs.turn("read"):  # as if another were being read, so that there is time to kill it
        desk.upload(contents(inbox))
        job = the_job(jobs)
        until((jobs.place / job.id / "lock").exists)
        os.kill(process_of(job.id), signal.SIGKILL)
    record = jobs.place / job.id / "job.json"
    os.utime(record, (0, 0))
    until(lambda: the_job(jobs).state == "stopped")
    other = a_desk(folder)  # the desk was begun anew as well
    page = other.get("/receive")
    assert "stopped before the end" in words_in(page)
    assert "Read again" in words_in(page)
    fields = {"number": number_in(page), "job": job.id, "what": "again", "page": "receive"}
    assert other.post("/job", fields).headers["location"].startswith("/receive")
    until(lambda: the_job(jobs).is_over)
    assert the_job(jobs).state == "done"
    hashes = [sha256 for _, sha256, _ in returns(folder)]
    assert len(hashes) == len(set(hashes)) == 5


@pytest.fixture
def served(folder: AssessmentFolder) -> Iterator[list[subprocess.Popen[str]]]:
    """Desks that were begun as by the command; none is left at the end."""
    begun: list[subprocess.Popen[str]] = []
    yield begun
    for process in begun:
        process.kill()
        process.communicate()


def begin(folder: AssessmentFolder, begun: list[subprocess.Popen[str]]) -> str:
    command = [sys.executable, "-m", "xlassess", "desk", str(folder.root), "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    begun.append(process)
    assert process.stdout is not None
    return next(line.strip() for line in process.stdout if "/open/" in line)


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_receive__desk_killed_while_files_come_in_leaves_nothing(
    folder: AssessmentFolder, jobs: Jobs, inbox: Path, served: list[subprocess.Popen[str]]
) -> None:
    import httpx

    link = begin(folder, served)
    port = int(link.split(":")[2].partition("/")[0])
    with httpx.Client() as browser:
        browser.get(link)
        number = number_in(browser.get(f"http://127.0.0.1:{port}/receive"))
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    begun = part("number", number.encode()) + part("files", b"x" * (3 << 20), "a.xlsx")
    head = (
        f"POST /receive HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
        f"Sec-Fetch-Site: same-origin\r\nContent-Length: {len(begun) + 9999}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(head.encode() + begun)
        until(lambda: any(jobs.place.glob(".unfinished-*/files/a.xlsx")))
        served[0].kill()
        served[0].wait()
    (left,) = jobs.place.glob(".unfinished-*")
    os.utime(left, (0, 0))
    begin(folder, served)
    assert left_over(jobs) == []
    assert jobs.of("2026") == ()
    assert len(returns(folder)) == 2
