"""Received files in storage that speaks S3: everything that keeps or reads one uses it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.clients.storage import Storage, a_storage
from tests.services.small import LATER, PEOPLE, a_folder, answer, change_settings
from xlassess.assessment.settings import AssessmentFileError, AssessmentFolder
from xlassess.cli.app import cli
from xlassess.ledger import Kept, Ledger, kept_files
from xlassess.ledger.keeping import in_bucket
from xlassess.model.assessment import FilesBucket
from xlassess.services.decide import Why, correct, reassign
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.setup.rounds import begin_round, close_round
from xlassess.services.setup.verify import verify

pytestmark = pytest.mark.sqlite
s3 = pytest.mark.clients("s3")
WHY = Why(LATER, "as they said", "Cora")


@pytest.fixture
def url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A place in a bucket that nobody used before; the environment has the key."""
    running: Storage = request.getfixturevalue("storage")
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    return running.url()


@pytest.fixture
def folder(tmp_path: Path, url: str) -> AssessmentFolder:
    return use(a_folder(tmp_path / "small"), url)


@pytest.fixture
def inbox(folder: AssessmentFolder, tmp_path: Path) -> Path:
    """A return of everybody, and a file that is none."""
    place = tmp_path / "inbox"
    for _, name, _ in PEOPLE:
        answer(folder, name, place / f"{name}.xlsx")
    (place / "letter.txt").write_text("Dear colleagues")
    return place


def use(folder: AssessmentFolder, url: str) -> AssessmentFolder:
    text = folder.settings_file.read_text(encoding="utf-8")
    folder.settings_file.write_text(f"{text}files: {url}\n", encoding="utf-8")
    return folder


def bucket_of(url: str) -> FilesBucket:
    return FilesBucket(url, "small")


def kept(place: Path | FilesBucket) -> dict[str, str]:
    """The names of what is kept, with the hashes of what is in it."""
    with kept_files(place) as files:
        return {one.name: one.sha256 for one in files.every()}


def run(folder: AssessmentFolder, *words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["-C", str(folder.root), *map(str, words)])


@s3
def test_ingest__keeps_every_file_there_once_and_none_here(
    folder: AssessmentFolder, inbox: Path, url: str
) -> None:
    first = ingest(folder, [inbox], now=LATER, workers=1)
    assert len(first.new) == 4
    names = kept(bucket_of(url))
    assert {name.partition(".")[0] for name in names} == {one.ret.sha256 for one in first.new}
    assert not folder.returns.exists()
    with kept_files(bucket_of(url)) as files:
        files.discard(Kept(first.new[0].ret.sha256, 1, inbox))
    assert len(kept(bucket_of(url))) == 3
    assert not ingest(folder, [inbox], now=LATER, workers=1).new
    assert kept(bucket_of(url)) == names, "what was missing is put back"


@s3
def test_verify__reads_every_byte_there(folder: AssessmentFolder, inbox: Path, url: str) -> None:
    ingest(folder, [inbox], now=LATER, workers=1)
    whole = verify(folder)
    assert (whole.holds, whole.files) == (True, 4)
    place = bucket_of(url)
    changed, gone, *_ = sorted(name for name in kept(place) if name.endswith(".xlsx"))
    import s3fs

    system = s3fs.S3FileSystem(skip_instance_cache=True, use_listings_cache=False)
    system.pipe_file(f"{place.path}/{changed[:2]}/{changed}", b"something else")
    system.rm_file(f"{place.path}/{gone[:2]}/{gone}")
    system.pipe_file(f"{place.path}/ab/strange.xlsx", b"strange")
    told = "\n".join(fault.message for fault in verify(folder).faults)
    assert f"The file s3://{place.path}/{changed[:2]}/{changed} is not the file" in told
    assert f"missing from s3://{place.path}/" in told
    assert "strange.xlsx was not put there by xlassess ingest" in told
    assert len(verify(folder).faults) == 4  # two are missing, one of them as it was changed


@s3
def test_correction_and_last_years_file__are_kept_and_read_there(
    folder: AssessmentFolder, inbox: Path, url: str
) -> None:
    ingest(folder, [inbox / "Ada Ash.xlsx"], now=LATER, workers=1)
    with Ledger(folder.ledger) as ledger:
        (old,) = ledger.current("2026").values()
    correct(folder, old.reference, "1A", "Disagree", WHY)
    assert sorted(name.partition(".")[2] for name in kept(bucket_of(url))) == ["json", "xlsx"]
    begin_round(folder, "2027", date(2027, 3, 12), now=LATER)
    this_year = AssessmentFolder(folder.root, "2027")
    generate(this_year, now=LATER)
    late = ingest(this_year, [inbox / "Bea Birch.xlsx"], now=LATER, workers=1).files[0].ret
    assert late.state == "refused"
    with Ledger(folder.ledger) as ledger:
        (to,) = (one for one in ledger.issued("2027") if one.respondent == "Bea Birch")
    done = reassign(this_year, late.number, to.reference, WHY)
    assert done.returns[0].answers


@s3
def test_archive__of_a_round_has_the_files_themselves(
    folder: AssessmentFolder, inbox: Path
) -> None:
    ingest(folder, [inbox], now=LATER, workers=1)
    closed = close_round(folder, now=LATER)
    place = closed.archive / "data" / "returns"
    with (place / "index.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["path"] for row in rows} == {one.name for one in place.iterdir()} - {"index.csv"}
    assert (place / rows[0]["path"]).read_bytes() == (inbox / rows[0]["file"]).read_bytes()
    assert verify(folder).holds


@s3
def test_copy__there_and_back(folder: AssessmentFolder, inbox: Path, url: str) -> None:
    change_settings(folder, f"files: {url}\n", "")
    ingest(folder, [inbox], now=LATER, workers=1)
    here = kept(folder.returns)
    there = run(folder, "ledger", "copy-files", "returns", url)
    assert (there.exit_code, f"files: {url}" in there.stdout) == (0, True)
    assert kept(bucket_of(url)) == here
    import s3fs

    place, name = bucket_of(url), min(here)
    system = s3fs.S3FileSystem(skip_instance_cache=True, use_listings_cache=False)
    size = len((folder.returns / name[:2] / name).read_bytes())
    system.pipe_file(f"{place.path}/{name[:2]}/{name}", bytes(size))
    other = run(folder, "ledger", "copy-files", "returns", url)
    assert (other.exit_code, f"Copied and checked: {len(here) - 1} files" in other.stdout) == (
        1,
        True,
    )
    assert f"{name} was there before" in " ".join(other.stdout.split())
    system.rm_file(f"{place.path}/{name[:2]}/{name}")
    assert run(folder, "ledger", "copy-files", "returns", url).exit_code == 0
    use(folder, url)
    assert verify(folder).holds
    assert run(folder, "ledger", "copy-files", url, "back").exit_code == 0
    assert kept(folder.root / "back") == here
    damaged = next((folder.root / "back").rglob("*.xlsx"))
    damaged.write_bytes(b"damaged")
    again = run(folder, "ledger", "copy-files", "back", url)
    assert (again.exit_code, damaged.name in again.stdout) == (1, True)
    assert kept(bucket_of(url)) == here


@s3
def test_verify__says_what_was_not_copied(folder: AssessmentFolder, inbox: Path, url: str) -> None:
    change_settings(folder, f"files: {url}\n", "")
    ingest(folder, [inbox], now=LATER, workers=1)
    use(folder, url)
    told = verify(folder)
    assert not told.holds
    assert any(f"xlassess ledger copy-files returns {url}" in each for each in told.remarks)


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    """Storage that a test may stop."""
    monkeypatch.setitem(in_bucket._PATIENCE, "retries", {"total_max_attempts": 1})
    with a_storage() as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


@s3
def test_lost__nothing_is_recorded_and_the_same_command_is_enough(
    tmp_path: Path, own: Storage
) -> None:
    folder = use(a_folder(tmp_path / "small"), own.url())
    inbox = tmp_path / "inbox"
    for _, name, _ in PEOPLE:
        answer(folder, name, inbox / f"{name}.xlsx")
    own.stop()
    broken = run(folder, "ingest", inbox)
    assert broken.exit_code == 3
    assert "cannot be reached" in broken.stderr
    assert "run the same command again" in broken.stderr
    assert "geheim" not in broken.output
    with Ledger(folder.ledger) as ledger:
        assert ledger.history() == ()
    own.start()
    assert run(folder, "ingest", inbox).exit_code == 0
    assert verify(folder).holds


@s3
def test_storage__that_cannot_be_used_is_a_sentence(
    folder: AssessmentFolder, inbox: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_settings(folder, url, "s3://not-there")
    nowhere = run(folder, "ingest", inbox)
    assert (nowhere.exit_code, "There is no bucket not-there" in nowhere.stderr) == (3, True)
    monkeypatch.setenv("HOME", str(folder.root))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    keyless = run(folder, "ingest", inbox)
    assert (keyless.exit_code, "There is no key for" in keyless.stderr) == (3, True)
    with Ledger(folder.ledger) as ledger:
        assert ledger.history() == ()


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("returns", "not the URL of a bucket"),
        ("gs://bucket", "not the URL of a bucket"),
        ("s3://", "cannot be the name of a bucket"),
        ("s3://B", "cannot be the name of a bucket"),
        ("s3://bucket/../other", "prefix"),
        ("s3://bucket//a", "prefix"),
        ("s3://key:secret@bucket/a", "more in this URL"),
        ("s3://bucket/a?key=secret", "more in this URL"),
    ],
)
def test_settings__refuse_what_can_be_no_bucket(tmp_path: Path, written: str, wrong: str) -> None:
    folder = use(a_folder(tmp_path / "small"), written)
    for asked in (lambda: folder.files, folder.assessment):
        with pytest.raises(AssessmentFileError) as caught:
            asked()
        assert wrong in str(caught.value)
        assert "secret" not in str(caught.value)


def test_without_s3fs__a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "s3fs", None)
    folder = use(a_folder(tmp_path / "small"), "s3://bucket/a")
    path = answer(folder, "Ada Ash", tmp_path / "a.xlsx")
    result = run(folder, "ingest", path)
    assert (result.exit_code, 'pip install "xlassess[s3]"' in result.stderr) == (2, True)


def test_discard__without_the_right_to_delete_leaves_the_file(tmp_path: Path) -> None:
    pytest.importorskip("s3fs")

    class Refusing:
        def find(self, *_: object, **__: object) -> dict[str, dict[str, int]]:
            return {"b/small/ab/abc.xlsx": {"size": 1}}

        def rm_file(self, name: str) -> None:
            raise PermissionError("Access Denied")

    files = in_bucket.BucketFiles(bucket_of("s3://bucket"), tmp_path)
    files.__dict__["_bucket"] = Refusing()
    files.discard(Kept("abc", 1, tmp_path / "abc.xlsx"))
