"""Files that a form brings: written to disk as they stream in, within bounds, under safe names.

Nothing of a name that came along decides where a file is written, beyond letters that are safe on
every system. What is broken off leaves nothing behind.
"""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from xlassess.services.common.phrases import visible
from xlassess.web.jobs import Jobs, make_private
from xlassess.web.request.forms import NUMBER, FieldError, Form, FormErrors, UploadedFile

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_BYTES = 500 << 20
"""So much may come at once: as much as a zip file may hold that is read."""

_MOST_FILES, _MOST_PARTS, _MOST_TEXT = 5_000, 10_000, 1 << 20
_MOST_PASSED_BY = 4 * MOST_BYTES
"""So much of what is too large is let go by, so that the browser stays to see what is wrong."""

_BLOCK = 1 << 20
_LONGEST, _LONGEST_PATH, _DEEPEST = 120, 150, 12
"""Characters of a name, and with its folders, and folders in one another, that are kept; of folders
the last."""

_LONGEST_READ = 1_000
"""So much of a name is looked at at all."""

_UNSAFE = frozenset('<>:"|?*\\/')
_DEVICES = frozenset(
    ("con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10)))
)
"""Names that are devices on Windows, whatever their ending."""

_SPOILT = "The upload could not be read. Choose the files and send them again."
_TOO_LARGE = (
    f"This is more than {MOST_BYTES >> 20} MB at once. Send fewer files at a time. Nothing was "
    "kept."
)
_TOO_MANY = f"These are more than {_MOST_FILES:,} files. Send fewer at a time. Nothing was kept."


@asynccontextmanager
async def uploaded(
    request: Request, jobs: Jobs, wanted: Callable[[str], bool]
) -> AsyncIterator[Form]:
    """Read a form with files, which are gone at the end unless a job took them.

    Args:
        request: the request.
        jobs: where the files are put.
        wanted: whether files are to be kept that come with this number of a form.

    Raises:
        FormErrors: it cannot be read, or is more than is taken at once.
        ClientDisconnect: it was broken off.
        OSError: a file cannot be written.
    """
    with jobs.incoming() as folder:
        parts = _Parts(folder, wanted)
        try:
            yield await _read(request, parts)
        finally:
            parts.close()


async def _read(request: Request, parts: _Parts) -> Form:
    """Read a form; of one that is of no use the rest is let go by."""
    _, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if not boundary:
        raise FormErrors(FieldError("", _SPOILT))
    try:
        reader = MultipartParser(boundary, parts.callbacks())
    except FormParserError:
        raise FormErrors(FieldError("", _SPOILT)) from None
    waiting, passed, wrong = bytearray(), 0, _too_large(request)
    async for chunk in request.stream():
        if wrong:
            passed += len(chunk)
            if passed > _MOST_PASSED_BY:
                break
            continue
        waiting += chunk
        if len(waiting) >= _BLOCK:
            wrong = await run_in_threadpool(_take, reader, bytes(waiting), parts)
            waiting.clear()
    wrong = wrong or await run_in_threadpool(_take, reader, bytes(waiting), parts)
    if wrong is None and not parts.whole:
        wrong = FormErrors(FieldError("", _SPOILT))
    if wrong:
        raise wrong
    return Form({name: tuple(given) for name, given in parts.fields.items()},
                files=tuple(parts.files), folder=parts.folder)  # fmt: skip


def _too_large(request: Request) -> FormErrors | None:
    said = request.headers.get("content-length", "")
    large = said.isdigit() and (len(said) > 12 or int(said) > MOST_BYTES)
    return FormErrors(FieldError("files", _TOO_LARGE)) if large else None


def _take(reader: MultipartParser, data: bytes, parts: _Parts) -> FormErrors | None:
    """Take the next bytes of a form apart; return what is wrong with it."""
    try:
        parts.size += len(data)
        if parts.size > MOST_BYTES:
            raise FormErrors(FieldError("files", _TOO_LARGE))
        if data:
            reader.write(data)
    except FormErrors as wrong:
        return wrong
    except (FormParserError, ValueError):
        return FormErrors(FieldError("", _SPOILT))
    return None


@dataclass(slots=True)
class SafePaths:
    """Gives each name that came along a path of its own that is safe on every system."""

    _files: dict[str, int] = field(default_factory=dict)
    _folders: set[str] = field(default_factory=set)

    def of(self, name: str) -> PurePosixPath:
        """Return where a file is put that is called this, with the last of its folders.

        Args:
            name: the name that came along, perhaps with folders.
        """
        steps = [part for part in name.replace("\\", "/").split("/") if part.strip(" .")]
        path = PurePosixPath(*map(safe_name, steps[-_DEEPEST:] or ["unnamed"]))
        while len(str(path)) > _LONGEST_PATH and len(path.parts) > 1:
            path = PurePosixPath(*path.parts[1:])
        if any(_alike(above) in self._files for above in path.parents):
            path = PurePosixPath(path.name)
        made = path
        while _alike(made) in self._files or _alike(made) in self._folders:
            # Told apart by a number, which goes on from the last: thousands may have one name.
            number = self._files[_alike(path)] = self._files.get(_alike(path), 1) + 1
            made = path.with_name(f"{path.stem} ({number}){path.suffix}")
        self._files.setdefault(_alike(made), 1)
        self._folders.update(map(_alike, path.parents))
        return made


def _alike(path: PurePosixPath) -> str:
    """What is the same for paths that some system takes for one."""
    return str(path).casefold()


@dataclass(slots=True)
class _Parts:
    """The parts of a form as they come: short texts in memory, files on disk."""

    folder: Path
    wanted: Callable[[str], bool]
    fields: dict[str, list[str]] = field(default_factory=dict)
    files: list[UploadedFile] = field(default_factory=list)
    size: int = 0
    whole: bool = False
    _parts: int = 0
    _texts: int = 0
    _keep: bool = False
    _paths: SafePaths = field(default_factory=SafePaths)
    _header: bytearray = field(default_factory=bytearray)
    _value: bytearray = field(default_factory=bytearray)
    _about: bytes = b""
    _name: str = ""
    _text: bytearray | None = None
    _file: IO[bytes] | None = None

    def callbacks(self) -> MultipartCallbacks:
        """What the parser calls."""
        return {
            "on_part_begin": self._begin, "on_part_data": self._data, "on_part_end": self._end,
            "on_header_field": self._header_name, "on_header_value": self._header_value,
            "on_header_end": self._header_end, "on_headers_finished": self._headers_end,
            "on_end": self._all,
        }  # fmt: skip

    def close(self) -> None:
        """Let go of a file that was being written."""
        if self._file:
            self._file.close()

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise FormErrors(FieldError("files", _TOO_MANY))
        self._header, self._value, self._about = bytearray(), bytearray(), b""
        self._text, self._file = None, None

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._about = bytes(self._value)
        self._header, self._value = bytearray(), bytearray()

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._about)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" not in options:
            self._text = bytearray()
        elif self._keep and options[b"filename"]:
            if len(self.files) >= _MOST_FILES:
                raise FormErrors(FieldError("files", _TOO_MANY))
            name = options[b"filename"].decode("utf-8", "replace")
            shown = self._paths.of(name)
            path = self.folder / shown
            make_private(path.parent)
            self._file = path.open("xb")
            self.files.append(UploadedFile(self._name, str(shown), path))

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file:
            self._file.write(data[start:end])
        elif self._text is not None:
            self._texts += end - start
            if self._texts > _MOST_TEXT:
                raise FormErrors(FieldError("", "This is too long. Write less, and send it again."))
            self._text += data[start:end]

    def _end(self) -> None:
        if self._file:
            self._file.close()
            self._file = None
        elif self._text is not None:
            text = self._text.decode("utf-8", "replace").replace("\r\n", "\n")
            self.fields.setdefault(self._name, []).append(text)
            if self._name == NUMBER:
                self._keep = self.wanted(text)

    def _all(self) -> None:
        self.whole = True


def safe_name(name: str) -> str:
    """Return a name that every system can give to a file, and that shows as what it is."""
    composed = "".join(
        " " if unicodedata.category(char) == "Zs" else char
        for char in unicodedata.normalize("NFC", name[-_LONGEST_READ:])
    )
    letters = "".join(
        char if char.isprintable() and char not in _UNSAFE and visible(char) == char else "_"
        for char in composed
    )
    kept = letters.rstrip(" .") or "_"
    stem, dot, ending = kept.rpartition(".")
    if len(kept) > _LONGEST:
        kept = f"{stem[: _LONGEST - len(ending) - 1]}{dot}{ending}" if len(ending) < 10 else kept
        kept = kept[-_LONGEST:]
    while len(kept.encode("utf-8", "replace")) > 2 * _LONGEST:
        kept = kept[1:]
    return f"_{kept}" if kept.partition(".")[0].casefold().strip() in _DEVICES else kept
