"""Many files read by an executor, so that no file can stop the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from xlassess.ingest.guard.limits import WORKER_MEMORY, WORKER_SECONDS
from xlassess.ingest.one import (
    contents_of,
    fingerprint,
    read_contents,
    read_return,
    refused,
    with_mail,
)
from xlassess.ingest.reading.reading_plan import Context, ReturnedFile
from xlassess.model.answer import Answer, Return
from xlassess.model.catalogue import found
from xlassess.workers import Bounds, Executor, Lost, Work, Workers, executor_of

Result = tuple[ReturnedFile, Return]

BOUNDS = Bounds(WORKER_MEMORY, WORKER_SECONDS)
"""What reading one file may take, wherever it is read."""

_UNREACHABLE = "G13"
"""The finding of a file that cannot be opened where it is read."""


@dataclass(frozen=True, slots=True)
class FileToRead:
    """A file as it is handed to whoever reads it: its bytes, where the file itself is not there.

    ``ret`` is set where there is nothing left to read: why it is refused.
    """

    source: ReturnedFile
    data: bytes | None = field(default=None, repr=False)
    ret: Return | None = None


def read_all(
    sources: Sequence[ReturnedFile],
    context: Context,
    workers: Workers = None,
    bounds: Bounds = BOUNDS,
) -> Iterator[Result]:
    """Read files in worker processes and yield each with its return, in the order given.

    Args:
        sources: the files.
        context: the assessment they are read against.
        workers: how many processes, or another executor than those of this computer.
        bounds: memory and time for one file, if not the usual.

    Raises:
        XlassessError: there is nobody left to read them.
    """
    executor = executor_of(workers)
    if executor.is_remote:
        yield from _read_elsewhere(sources, context, executor, bounds)
        return
    yield from _results(sources, map(FileToRead, sources), context, executor, bounds)


def _results(
    sources: Sequence[ReturnedFile], jobs: Iterable[FileToRead], context: Context,
    executor: Executor, bounds: Bounds,
) -> Iterator[Result]:  # fmt: skip
    coming = executor.map(Work(read_file, bounds), jobs, context, len(sources))
    known: _Known = {}
    with closing(coming):
        for source, result in zip(sources, coming, strict=True):
            if isinstance(result, Return):
                yield source, _sharing(result, known)
            else:
                yield source, with_mail(_not_read(source, result), source, context)


_Known = dict[tuple[Answer, type], Answer]

_MOST_KNOWN = 50_000
"""Different answers that are kept to be shared: all choices of any toolkit, and many comments."""


def _sharing(ret: Return, known: _Known) -> Return:
    """The same return, with the same answers as others have where they are equal.

    Each return comes from a worker with answers of its own, although most say what others say in
    the same cell. A run remembers all of its returns: of 100,000, that would take a gigabyte.
    """
    if len(known) > _MOST_KNOWN:
        known.clear()
    answers = tuple(known.setdefault((one, type(one.value)), one) for one in ret.answers)
    return replace(ret, answers=answers)


def _not_read(source: ReturnedFile, result: object) -> Return:
    """The return of a file that no worker could read to its end."""
    why = result.why if isinstance(result, Lost) else "the program that read it failed"
    try:
        measured = fingerprint(source.path)
    except OSError:
        measured = "", 0
    return refused(source.name, found("G12", problem=why), *measured)


def read_file(job: FileToRead, context: Context) -> Return:
    """In a worker: read one file."""
    if job.ret is not None:
        return with_mail(job.ret, job.source, context)
    if job.data is None:
        return read_return(job.source, context)
    return read_contents(job.data, job.source, context)


def _read_elsewhere(
    sources: Sequence[ReturnedFile], context: Context, executor: Executor, bounds: Bounds
) -> Iterator[Result]:
    """Read files on other computers, and here what can be read here only.

    That is what came in a query workbook, which is compared with the file that was issued, and
    what a worker does not see although others do.
    """
    if not sources:
        return
    shared = _seen_folders(sources, executor)
    jobs = (_by_path(one) if one.path.parent in shared else _by_bytes(one) for one in sources)
    there = replace(context, query_files={})
    for source, ret in _results(sources, jobs, there, executor, bounds):
        unseen = source.path.parent in shared and any(
            one.code == _UNREACHABLE for one in ret.findings
        )
        if unseen or (ret.query and context.query_files):
            ((_, again),) = read_all((source,), context, 1, bounds)
            yield source, again
        else:
            yield source, ret


_MOST_ASKED = 64
"""Folders of which workers are asked whether they see them: all of them answer for each, and what
comes in messages has a folder for each message."""


def _seen_folders(sources: Sequence[ReturnedFile], executor: Executor) -> Set[Path]:
    """The folders that every worker sees, as far as the first file in each tells."""
    first: dict[Path, Path] = {}
    for source in sources:
        first.setdefault(source.path.parent, source.path)
    return {folder for folder, path in islice(first.items(), _MOST_ASKED) if executor.sees(path)}


def _by_path(source: ReturnedFile) -> FileToRead:
    return FileToRead(replace(source, path=source.path.resolve()))


def _by_bytes(source: ReturnedFile) -> FileToRead:
    data = contents_of(source)
    return FileToRead(source, ret=data) if isinstance(data, Return) else FileToRead(source, data)
