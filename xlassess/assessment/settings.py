"""The assessment folder: where everything of one assessment stands, and what it says.

``assessment.yaml`` and ``partners.xlsx`` are written by the coordinator; ``outbox/``,
``returns/``, ``ledger.db`` and ``output/`` are filled by xlassess; ``toolkits/`` may hold
toolkits of the partnership's own. From the second round on, settings, register, outbox and
output of each round stand in a folder of its own (`xlassess.assessment.rounds`).
"""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from xlassess.assessment import rounds
from xlassess.assessment.bucket import files_remarks, named_bucket
from xlassess.assessment.database import id_remark, is_id, ledger_remarks, named_database
from xlassess.assessment.inherited import register_of, with_inherited
from xlassess.assessment.register import EMAIL, RegisterError, RegisterRead, read_register
from xlassess.assessment.slugs import slug
from xlassess.contract.seal import SECRET_BYTES
from xlassess.files.problems import FileError, Problem, did_you_mean
from xlassess.files.rights import give_to_group, group_of
from xlassess.files.shape import read_as
from xlassess.files.yaml_file import Loc, Remark, Source, read_yaml
from xlassess.model.assessment import (
    Assessment,
    FilesBucket,
    LedgerDatabase,
    MailServer,
    Preparation,
    Respondent,
    ScenarioChoice,
)
from xlassess.model.errors import UsageError, XlassessError, as_argument, as_place
from xlassess.toolkits.remarks import unfit_texts

_LONGEST_REASON = 600
_Place = TypeVar("_Place")


def scenario_remarks(assessment: Assessment, own: Path) -> Iterator[Remark]:
    """Yield what is wrong with the scenarios chosen.

    Args:
        assessment: the settings as read.
        own: the folder of the partnership's own toolkits.
    """
    from xlassess.toolkits.load import ToolkitFileError, find_toolkit, known_ids

    known = known_ids(own)
    for name, choice in assessment.scenarios.items():
        loc: Loc = ("scenarios", name)
        if name not in assessment.toolkits:
            message = f"A scenario is chosen for '{name}', which this assessment does not use."
            yield loc, message, did_you_mean(name, assessment.toolkits)
        elif name in known:
            try:
                plan = find_toolkit(name, own).action_plan
            except ToolkitFileError:
                # The command that uses the toolkit lists what is wrong with its file.
                continue
            ids = [scenario.id for scenario in plan.scenarios] if plan else []
            yield from _choice(loc, name, choice, ids)


def _choice(loc: Loc, name: str, choice: ScenarioChoice, ids: Sequence[str]) -> Iterator[Remark]:
    """Check the choice of a scenario of a toolkit that has those with these ids."""
    if not ids:
        yield loc, f"The toolkit '{name}' names no scenarios.", "Delete the choice."
    elif choice.scenario not in ids:
        message = f"The toolkit '{name}' has no scenario '{choice.scenario}'."
        yield (*loc, "scenario"), message, did_you_mean(choice.scenario, ids)
    if not 1 <= len(choice.because.strip()) <= _LONGEST_REASON:
        message = "The reason for choosing this scenario is empty or too long."
        hint = f"Use at most {_LONGEST_REASON} characters. The summary shows it."
        yield (*loc, "because"), message, hint


__all__ = ["AssessmentFileError", "AssessmentFolder", "RegisterError"]

REGISTER = "partners.xlsx"
"""The register as a new assessment begins with it."""

REGISTER_ENDINGS = (".xlsx", ".xlsm", ".ods", ".xls", ".csv")
"""Under these the register is looked for, in this order."""

_MAILBOX = re.compile(r"imaps://[^\s:@/]+(?:@[^\s:@/]+)*@[\w.-]+(?::\d{1,5})?(?:/\S.{0,199})?")
_LONGEST_NAME = 120
_LONGEST_MARKING = 60
_LONGEST_AGREED = 300


class AssessmentFileError(FileError):
    """assessment.yaml has problems; `problems` lists them all."""


_SAYS_SHARED = re.compile(rb"^[^#\n]*shared", re.MULTILINE)
"""Somewhere but in a remark; the settings that are written at first only have it there."""


@dataclass(frozen=True, slots=True)
class AssessmentFolder:
    """An assessment's folder; nothing is read or written until a method says so.

    Args:
        root: the folder.
        round_name: the round to work on, where rounds have folders of their own; empty where
            there is one round, whose files stand in ``root``.
    """

    root: Path
    round_name: str = ""

    @property
    def home(self) -> Path:
        """Where the files of the round stand: its own folder, or the assessment's."""
        return self.root / rounds.ROUNDS / self.round_name if self.round_name else self.root

    @property
    def settings_file(self) -> Path:
        """The assessment's settings, written by the coordinator."""
        return self.root / "assessment.yaml"

    @property
    def round_file(self) -> Path:
        """The settings of the round, where rounds have folders of their own."""
        return self.home / rounds.ROUND_SETTINGS

    @property
    def register_file(self) -> Path:
        """The register of respondents, written by the coordinator.

        It is the Excel workbook that a new assessment begins with, unless that is gone and the
        same is there as saved by another program.
        """
        usual = self.home / REGISTER
        others = self._other_registers()
        return others[0] if others and not usual.exists() else usual

    def _other_registers(self) -> list[Path]:
        """Registers under another ending than the usual one, in the order they are preferred."""
        try:
            names = {path.name.casefold(): path for path in self.home.iterdir()}
        except OSError:
            return []
        stem = Path(REGISTER).stem
        found = (names.get(f"{stem}{ending}") for ending in REGISTER_ENDINGS)
        return [path for path in found if path and path.name != REGISTER]

    def of_round(self, round_name: str) -> AssessmentFolder:
        """Return the assessment with another of its rounds."""
        return AssessmentFolder(self.root, round_name) if self.round_name else self

    @property
    def outbox(self) -> Path:
        """Where workbooks to be sent are put."""
        return self.home / "outbox"

    @property
    def entries(self) -> Path:
        """Where copies of workbooks stand in which somebody types a respondent's answers."""
        return self.home / "entries"

    @property
    def drafts(self) -> Path:
        """Where messages to be sent are put."""
        return self.home / "drafts"

    @property
    def mail_template(self) -> Path:
        """The organisation's own words for messages, if it has any."""
        return self.root / "mail.j2"

    @property
    def returns(self) -> Path:
        """The folder of received files, where they are not in a bucket."""
        return self.root / "returns"

    @property
    def toolkits(self) -> Path:
        """The partnership's own toolkits, if it has any."""
        return self.root / "toolkits"

    @property
    def ledger(self) -> Path | LedgerDatabase:
        """Where the ledger is: in its file, or in the database that the settings name.

        Raises:
            AssessmentFileError: the settings name none that can be meant.
        """
        return self._place(named_database) or self.ledger_file

    @property
    def files(self) -> Path | FilesBucket:
        """Where received files are kept: in the folder, or in the bucket that the settings name.

        Raises:
            AssessmentFileError: the settings name none that can be meant.
        """
        return self._place(named_bucket) or self.returns

    def _place(self, named: Callable[[bytes, str], _Place | None]) -> _Place | None:
        """The place that settings name; None without any."""
        try:
            settings = self.settings_file.read_bytes()
        except OSError:
            return None
        try:
            return named(settings, self.settings_file.name)
        except FileError as error:
            raise AssessmentFileError(error.problems) from None

    @property
    def ledger_file(self) -> Path:
        """The ledger's file, where it is not in a database."""
        return self.root / "ledger.db"

    @property
    def secret_file(self) -> Path:
        """The secret under which workbooks are sealed, readable by its owner alone."""
        return self.root / ".secret"

    def summary_file(self, round_name: str) -> Path:
        """Where the summary of a round goes."""
        if self.round_name:
            return self.root / rounds.ROUNDS / round_name / "output" / "summary.xlsx"
        return self.root / "output" / round_name / "summary.xlsx"

    def give_to_group(self) -> None:
        """Give the group of a shared folder what its owner has, as far as it is ours to give.

        With the secret, the ledger and the files received, any member can do all there is to do.
        Nothing changes on Windows, where the folder's own rights pass down to what is in it.
        """
        if os.name == "nt":
            return
        # What is made in a folder later has the rights of that folder (`xlassess.files.rights`).
        with suppress(OSError):
            group = group_of(self.root)
            for path in self._groups_own():
                give_to_group(path, group)

    def _groups_own(self) -> Iterator[Path]:
        """Yield what a group works with: the folder itself, what people fill in, what we keep."""
        yield self.root  # without it nobody else can put anything there, nor write to the ledger
        for place in (*_FILLED, *_OF_PEOPLE):
            yield self.root / place
            yield from (self.root / place).rglob("*")
        yield self.secret_file
        for names in (f"{self.ledger_file.name}*", f"{Path(REGISTER).stem}.*"):
            yield from self.root.glob(names)
        yield self.settings_file

    def create(self, text: str = "") -> None:
        """Begin a new assessment: settings and register to be filled in, and a secret.

        The folder is made when missing. Files that are not the assessment's are left alone.

        Args:
            text: the settings; empty for those that are to be filled in.

        Raises:
            UsageError: an assessment has begun here already; nothing is overwritten.
            OSError: the folder cannot be written.
        """
        from xlassess.assessment.starter import GITIGNORE, register_book

        ours = (self.settings_file, self.root / REGISTER, self.secret_file, self.ledger_file)
        there = [path for path in ours if path.exists()]
        if there:
            names = " and ".join(path.name for path in there)
            remedy = "Edit its files, or use another folder for the new assessment."
            if not {self.settings_file, self.ledger_file} & {*there}:
                remedy += (
                    f" If xlassess init was interrupted here, delete {names} and run it again."
                )
            raise UsageError(
                f"There is already an assessment in {as_place(self.root)} ({names}).", remedy
            )
        self.root.mkdir(parents=True, exist_ok=True)
        text = text or self.blank_settings()
        ignore = self.root / ".gitignore"
        if not ignore.exists():
            write_new(ignore, GITIGNORE.encode())
        made: list[Path] = []
        try:
            self._new_secret()
            made.append(self.secret_file)
            write_new(self.root / REGISTER, register_book())
            made.append(self.root / REGISTER)
            write_new(self.settings_file, text.encode())
        except OSError:  # nothing has begun: the next try must find the place free
            for path in made:
                path.unlink()
            raise

    def blank_settings(self) -> str:
        """Return the settings of a new assessment in this folder, to be filled in."""
        from xlassess.assessment.starter import settings_text

        return settings_text(slug(self.root.resolve().name), _builtin_titles())

    def assessment(self) -> Assessment:
        """Return the assessment as its settings say.

        Raises:
            AssessmentFileError: the settings have problems; every one is listed.
            UsageError: there is no assessment here.
        """
        return self._checked(self.source())

    @property
    def is_shared(self) -> bool:
        """True when the settings say that a group works in the folder.

        Settings that cannot be used say nothing about it: whatever needs them says what is wrong.
        """
        try:
            # Settings are read in full where they are used; this is for every command.
            says = _SAYS_SHARED.search(self.settings_file.read_bytes())
            return says is not None and self.assessment().shared
        except (XlassessError, OSError):
            return False

    def check(self, text: str, of_round: str = "") -> Assessment:
        """Return the assessment as these settings would have it; nothing is written.

        Args:
            text: assessment.yaml.
            of_round: round.yaml, where rounds have folders of their own.

        Raises:
            AssessmentFileError: they have problems; every one is listed.
        """
        joined = self._joined(text.encode("utf-8"), of_round.encode("utf-8"))
        return self._checked(with_inherited(joined, self.root))

    def _checked(self, file: Source) -> Assessment:
        assessment, problems = read_as(file, Assessment)
        if assessment is not None:
            remarks = (
                *unfit_texts(file.tree),
                *_plain_fields(assessment),
                *(ledger_remarks(assessment.ledger) if assessment.ledger else ()),
                *(files_remarks(assessment.files) if assessment.files else ()),
                *self._used_toolkits(assessment),
                *scenario_remarks(assessment, self.toolkits),
            )
            found = [file.problem(*remark) for remark in remarks]
            problems = tuple(sorted(found, key=lambda problem: problem.line))
        if problems or assessment is None:
            raise AssessmentFileError(problems)
        return assessment

    def source(self) -> Source:
        """Return what the settings say, with what they take from a programme.

        Raises:
            UsageError: there is no assessment here.
        """
        return with_inherited(self._settings(), self.root)

    def shared_file(self) -> Path | None:
        """Return the file of the programme that settings are taken from, if they are."""
        try:
            settings = self.settings_file.read_bytes()
        except OSError:
            return None
        return register_of(settings, self.settings_file.name, self.root)

    def _settings(self) -> Source:
        of_round = self._read(self.round_file) if self.round_name else b""
        return self._joined(self._read(self.settings_file), of_round)

    def _joined(self, lasting: bytes, of_round: bytes) -> Source:
        """What the two files say together; the first alone, where there is one round."""
        whole = read_yaml(lasting, self.settings_file.name)
        if not self.round_name:
            return whole
        name = self.round_file.relative_to(self.root).as_posix()
        return rounds.JoinedSettings(self.round_name, whole, read_yaml(of_round, name))

    def respondents(self) -> tuple[Respondent, ...]:
        """Return who is asked, in the order of the register (see `register`)."""
        return self.register().respondents

    def register(self, assessment: Assessment | None = None) -> RegisterRead:
        """Return what the register says, and what is worth a second look in it.

        Args:
            assessment: the settings, where they were read already.

        Raises:
            RegisterError: the register has problems; every one is listed, with its cell.
            AssessmentFileError: the settings have problems.
            UsageError: there is no assessment or no register here.
        """
        toolkits = (assessment or self.assessment()).toolkits
        path = self.register_file
        name = path.relative_to(self.root).as_posix()
        read = read_register(self._read(path), name, toolkits)
        others = [other.name for other in self._other_registers() if other != path]
        if not others:
            return read
        unused = f"{path.name} is used as the register; {' and '.join(others)} beside it is not."
        return replace(read, remarks=(unused, *read.remarks))

    def examples_left(self) -> tuple[Problem, ...]:
        """Return the rows of the register that are still to be filled in; settings are not needed.

        A register that cannot be read says nothing about it: whatever needs it says what is wrong.
        """
        try:
            name = self.register_file.relative_to(self.root).as_posix()
            read_register(self._read(self.register_file), name, ())
        except FileError as error:
            return tuple(one for one in error.problems if one.missing)
        except (XlassessError, OSError):
            return ()
        return ()

    def secret(self) -> bytes:
        """Return the assessment's secret; a new assessment without one is given one.

        Raises:
            UsageError: there is no assessment here.
            XlassessError: the secret is lost or damaged.
        """
        try:
            text = self.secret_file.read_bytes().strip()
        except FileNotFoundError:
            return self._lost_or_new_secret()
        except OSError as error:
            raise XlassessError(
                f"The assessment's secret cannot be read ({error.strerror}).",
                f"Give yourself permission to read {self.secret_file}.",
            ) from None
        if not re.fullmatch(rb"[0-9a-f]{%d}" % (2 * SECRET_BYTES), text):
            raise XlassessError(
                f"The assessment's secret in {self.secret_file} is damaged.",
                "Restore the file from a copy. If you have not sent any workbooks yet, delete it.",
            )
        return bytes.fromhex(text.decode())

    def _lost_or_new_secret(self) -> bytes:
        if not self.settings_file.is_file():
            raise self._nothing_here()
        if self.ledger_file.exists():
            raise XlassessError(
                f"The assessment's secret, {self.secret_file}, is missing.",
                "Restore it from a copy. Without it, workbooks you have sent cannot be recognised.",
            )
        try:
            return self._new_secret()
        except FileExistsError:
            return self.secret()

    def _new_secret(self) -> bytes:
        secret = secrets.token_bytes(SECRET_BYTES)
        write_new(self.secret_file, secret.hex().encode() + b"\n", mode=0o600)
        if self.is_shared:
            self.give_to_group()  # the next of the group seals and reads with the same
        return secret

    def _read(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            if path.name == REGISTER and self.settings_file.is_file():
                raise UsageError(
                    f"The register {path.name} is missing from {as_place(self.home)}.",
                    "Put it back, or copy the one that xlassess init writes in a new folder. "
                    "It may also be partners.ods, partners.xls or partners.csv.",
                ) from None
            raise self._nothing_here() from None
        except OSError as error:
            raise UsageError(
                f"{path} cannot be read ({error.strerror}).",
                "Close it in other programs, and check that you have permission to read it.",
            ) from None

    def _nothing_here(self) -> UsageError:
        return UsageError(
            f"There is no assessment in {as_place(self.root)}.",
            f"To start one, run xlassess init {as_argument(str(self.root))}, or go to another "
            "assessment's folder.",
        )

    def _used_toolkits(self, assessment: Assessment) -> Iterator[Remark]:
        from xlassess.toolkits.load import known_ids

        known = known_ids(self.toolkits)
        if not assessment.toolkits:
            yield ("toolkits",), "No toolkit is chosen.", f"Choose from: {', '.join(known)}."
        for index, name in enumerate(assessment.toolkits):
            if name not in known:
                message = f"There is no toolkit '{name}'."
                yield ("toolkits", index), message, did_you_mean(name, known)
            elif name in assessment.toolkits[:index]:
                yield ("toolkits", index), f"'{name}' is chosen twice.", "Keep one of the two."


_FILLED = ("outbox", "drafts", "entries", "returns", "output", "jobs", rounds.ROUNDS)
"""The folders that xlassess fills."""
_OF_PEOPLE = ("toolkits", "templates")
"""The folders that people fill, where they have toolkits or words of their own."""


def _plain_fields(assessment: Assessment) -> Iterator[Remark]:
    if not is_id(assessment.id):
        yield id_remark(assessment.id)
    if not rounds.is_round_name(assessment.round):
        said = f"'{assessment.round}' cannot be the name of a round."
        yield ("round",), said, rounds.NAME_HINT
    who = assessment.coordinator
    lines: tuple[tuple[Loc, str, int], ...] = (
        (("partnership",), assessment.partnership, _LONGEST_NAME),
        (("coordinator", "name"), who.name, _LONGEST_NAME),
        (("coordinator", "phone"), who.phone or "-", _LONGEST_NAME),
        (("marking",), assessment.marking or "-", _LONGEST_MARKING),
        *_preparation(assessment.preparation),
    )
    for loc, text, longest in lines:
        if not 1 <= len(text) <= longest or "\n" in text:
            message = f"The {loc[-1]} is empty, too long, or runs over several lines."
            yield loc, message, f"Write it in one line of at most {longest} characters."
    if who.email and not EMAIL.fullmatch(who.email):
        message = f"'{who.email}' is not an e-mail address."
        yield ("coordinator", "email"), message, "Write it as name@organisation.example."
    if assessment.mail:
        yield from _mail(assessment.mail)
    for name in assessment.show_last_time:
        if name not in assessment.toolkits:
            message = f"'show_last_time' names '{name}', which this assessment does not use."
            yield ("show_last_time", name), message, did_you_mean(name, assessment.toolkits)
    if not 1 <= assessment.minimum_group <= 1000:
        message = f"The minimum group cannot be {assessment.minimum_group}."
        yield ("minimum_group",), message, "Use a number from 1 to 1000. 3 is usual."


def _mail(server: MailServer) -> Iterator[Remark]:
    """Yield what is wrong with the mail server."""
    if not (server.host or server.mailbox):
        hint = "Name the server that messages are handed to, or the mailbox that answers come to."
        yield ("mail",), "There is neither a host nor a mailbox under mail.", hint
    if server.mailbox and not _MAILBOX.fullmatch(server.mailbox):
        # what was written may hold a password: not said again
        hint = "Write it as imaps://user@imap.example.org/INBOX, without a password."
        yield ("mail", "mailbox"), "This does not name a mailbox.", hint
    if server.host and not re.fullmatch(r"[\w.-]{1,253}|\[?[0-9a-fA-F:]+\]?", server.host):
        hint = "Write it as smtp.example.org, without a port or a path."
        yield ("mail", "host"), f"'{server.host}' is not the name of a server.", hint
    for name, address in (("from", server.sender), ("reply_to", server.reply_to)):
        if address and not EMAIL.fullmatch(address):
            hint = "Write it as name@organisation.example."
            yield ("mail", name), f"'{address}' is not an e-mail address.", hint
    limits = (
        ("port", server.port, 65_535), ("pace", server.pace, 1000),
        ("size_limit", server.size_limit, 500),
    )  # fmt: skip
    for name, number, most in limits:
        if not 0 <= number <= most:
            yield (
                ("mail", name),
                f"The {name} cannot be {number}.",
                f"Use a number from 0 to {most}.",
            )


def _preparation(agreed: Preparation) -> Iterator[tuple[Loc, str, int]]:
    """Yield what was agreed before the round, each with its place and the most characters."""
    for name in ("contributions", "facilitator", "afterwards"):
        yield ("preparation", name), getattr(agreed, name) or "-", _LONGEST_AGREED


def _builtin_titles() -> list[tuple[str, str]]:
    from xlassess.toolkits.load import builtin_ids, find_toolkit

    ids = sorted(builtin_ids(), key=lambda name: (name != "pat", name))
    return [(name, find_toolkit(name).title) for name in ids]


def write_new(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a file that must not exist yet; it appears whole or not at all.

    Raises:
        FileExistsError: it does.
    """
    unfinished = path.with_name(f".unfinished-{secrets.token_hex(8)}")
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(unfinished, flags, mode), "wb") as out:
            out.write(content)
        _rename_new(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _rename_new(unfinished: Path, path: Path) -> None:
    """Give a file its name unless there is one of that name; at once where the system can."""
    try:
        os.link(unfinished, path)
    except FileExistsError:
        raise
    except (OSError, AttributeError):  # no hard links here
        if path.exists():
            raise FileExistsError(errno.EEXIST, "File exists", str(path)) from None
        unfinished.replace(path)
