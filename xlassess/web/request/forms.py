"""What people fill in: read within bounds, with a number that makes each form count once."""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.requests import Request

from xlassess.web.request.security import Session

NUMBER = "number"
"""The field with a form's number."""

MULTIPART = "multipart/form-data"
"""How browsers send a form with files."""

_MOST_BYTES, _MOST_FIELDS = 1 << 20, 20_000
_KEPT = 10_000
"""So many forms that were carried out are remembered."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with a field, and what to do; with the form as a whole if it names none."""

    field: str
    message: str


class FormErrors(Exception):  # noqa: N818 - what somebody filled in, and no fault of the program
    """A form cannot be carried out as it was filled in; nothing was done."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("; ".join(one.message for one in errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that came with a form: its field, its name made safe, and where it is for now."""

    field: str
    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody filled in, and what is wrong with it.

    ``files`` came with it and stand in ``folder``. They are gone once the form was carried out,
    unless a job has taken the folder.
    """

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()
    files: tuple[UploadedFile, ...] = ()
    folder: Path | None = None

    def text(self, name: str, usual: str = "") -> str:
        """Return what stands in a field, without blanks around it.

        Args:
            name: the field.
            usual: what stands there before anybody has filled the form in.
        """
        given = self.fields.get(name)
        return given[-1].strip() if given else "" if self.fields else usual

    def all(self, name: str) -> tuple[str, ...]:
        """Return everything chosen under a name, such as boxes that were ticked."""
        return self.fields.get(name, ())

    def error(self, name: str) -> str:
        """Return what is wrong with a field; empty if nothing is."""
        return next((one.message for one in self.errors if one.field == name), "")

    def wanted(self, name: str, message: str) -> str:
        """Return what stands in a field that must not be left empty.

        Raises:
            FormErrors: it was.
        """
        if text := self.text(name):
            return text
        raise FormErrors(FieldError(name, message))

    def missing_reason(self, name: str, label: str) -> tuple[FieldError, ...]:
        """Return what is to be said where the field for the reason of a decision is empty.

        Args:
            name: the field.
            label: what stands above it on the page.
        """
        told = f"Fill in “{label}”. It is kept with the decision."
        return () if self.text(name) else (FieldError(name, told),)


def refuse(*errors: FieldError) -> None:
    """Tell all that is missing at once.

    Raises:
        FormErrors: something is.
    """
    if errors:
        raise FormErrors(*errors)


@dataclass(frozen=True, slots=True)
class Done:
    """A form that was carried out: what was done, in a sentence, and the page that shows it.

    Where it only began a ``job``, ``said`` tells what happens now and ``over`` what is done once
    that has come to its end.
    """

    said: str
    to: str
    job: str = ""
    over: str = ""


PATIENCE = 60.0
"""Seconds that a form waits that was sent again while it is being carried out."""


class StillAtWorkError(Exception):
    """A form that was sent again is still being carried out."""


@dataclass(slots=True)
class Numbers:
    """The numbers of forms: signed for one session, and good for one use.

    A page of somebody else cannot know one, so that it also shows that a form is ours.
    """

    _done: OrderedDict[str, Done] = field(default_factory=OrderedDict)
    _at_work: dict[str, asyncio.Event] = field(default_factory=dict)

    def new(self, session: Session) -> str:
        """Return the number for a form that is about to be shown."""
        number = secrets.token_urlsafe(16)
        return f"{number}.{_signed(session, number)}"

    def is_ours(self, session: Session, number: str) -> bool:
        """True when a number was given out to this session."""
        plain, _, signature = number.partition(".")
        return hmac.compare_digest(signature.encode(), _signed(session, plain).encode())

    def done(self, session: Session, number: str) -> Done | None:
        """Return what was done with a form, if it was carried out."""
        return self._done.get(number) if number and self.is_ours(session, number) else None

    @asynccontextmanager
    async def alone(self, number: str) -> AsyncIterator[None]:
        """Hold a number, so that the same form sent twice at once waits for the first.

        Raises:
            StillAtWorkError: the first is not done after a minute.
        """
        until = asyncio.get_running_loop().time() + PATIENCE
        # Who was woken looks again: of several that waited, one may be at work already.
        while (at_work := self._at_work.get(number)) is not None:
            left = until - asyncio.get_running_loop().time()
            try:
                await asyncio.wait_for(at_work.wait(), max(left, 0))
            except asyncio.TimeoutError:
                raise StillAtWorkError from None
        over = self._at_work[number] = asyncio.Event()
        try:
            yield
        finally:
            del self._at_work[number]
            over.set()

    def carried_out(self, number: str, done: Done) -> None:
        """Remember what was done with a form."""
        self._done[number] = done
        while len(self._done) > _KEPT:
            self._done.popitem(last=False)


def _signed(session: Session, number: str) -> str:
    return hmac.new(session.key, number.encode("utf-8", "replace"), sha256).hexdigest()


_BRITISH = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def as_iso(day: str) -> str:
    """Return a day as settings have it, also where it was written as day/month/year."""
    return _BRITISH.sub(lambda found: f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}", day.strip())


def day_typed(said: str, field: str) -> date:
    """Return a day as it was typed.

    Args:
        said: what was typed.
        field: the field in which it was.

    Raises:
        FormErrors: it is none.
    """
    try:
        return date.fromisoformat(as_iso(said))
    except ValueError:
        message = f"{said} is not a day. Write it as 31/03/2027 or 2027-03-31."
        raise FormErrors(FieldError(field, message)) from None


async def read_form(request: Request) -> Form:
    """Return what was filled in.

    Raises:
        FormErrors: it is no form of ours, or larger than any could be.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise FormErrors(FieldError("", "This form could not be read. Fill it in again."))
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > _MOST_BYTES:
            raise FormErrors(FieldError("", "This is too long. Write less, and send it again."))
    return Form(_fields(bytes(data)))


def _fields(data: bytes) -> dict[str, tuple[str, ...]]:
    try:
        pairs: Sequence[tuple[str, str]] = parse_qsl(
            data.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise FormErrors(FieldError("", "This form could not be read. Fill it in again.")) from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return {name: tuple(given) for name, given in fields.items()}
