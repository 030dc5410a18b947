"""How far jobs are: told to pages while they are open, and what is done about one that stopped."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from xlassess.model.errors import UsageError
from xlassess.web.jobs import Job, Jobs, JobStep, progress_of
from xlassess.web.request.forms import Done, FieldError, FormErrors
from xlassess.web.request.page import page, piece
from xlassess.web.request.visit import Visit

_LOOK_SECONDS = 0.2
_SILENT_SECONDS = 15.0
"""After so long without news something is sent, so that a page that was closed is noticed."""


def show(visit: Visit) -> Response:
    """Show one job.

    Raises:
        UsageError: there is no such job.
    """
    return page(visit, "job.html", "Job", visit.jobs.progress(_wanted(visit)))


def follow(visit: Visit) -> Response:
    """Tell how far a job is until it is over, as server-sent events.

    Raises:
        UsageError: there is no such job.
    """
    told = _news(visit.jobs, _wanted(visit))
    return StreamingResponse(told, media_type="text/event-stream")


def decide(visit: Visit) -> Done:
    """Begin a job anew that did not come to its end, or take it off the record.

    Raises:
        FormErrors: there is no such job, or nothing can be done about it.
    """
    job = visit.jobs.find(visit.form.text("job"))
    back = visit.at(visit.form.text("page")) or visit.at("home")
    if job is None:
        raise FormErrors(FieldError("", "This is no longer on the list."))
    if visit.form.text("what") == "remove":
        visit.jobs.remove(job)
        return Done("It is no longer on the list.", back)
    if not visit.jobs.again(job.id, visit.user.name):
        raise FormErrors(FieldError("", "This was begun again already, or is done."))
    said = "It is being done again. How far it is, stands below."
    return Done(said, back, job.id, "It was done again. What came of it stands below.")


def _wanted(visit: Visit) -> Job:
    number = visit.request.query_params.get("id") or visit.form.text("job")
    job = visit.jobs.find(number)
    if job is None:
        raise UsageError("There is no such job.", "It is no longer on the list.")
    return job


async def _news(jobs: Jobs, job: Job) -> AsyncIterator[str]:
    """Yield what a job tells, as it tells it, and last that it is over."""
    place, silent_since = 0, time.monotonic()
    while True:
        now = await run_in_threadpool(jobs.find, job.id)
        steps, place = await run_in_threadpool(partial(jobs.steps, job, place))
        for event in _events(job, steps):
            yield event
        if now is None or now.is_over:
            yield _event("over", "")
            return
        if steps:
            silent_since = time.monotonic()
        elif time.monotonic() - silent_since > _SILENT_SECONDS:
            silent_since = time.monotonic()
            yield ": \n\n"
        await asyncio.sleep(_LOOK_SECONDS)


def _events(job: Job, steps: Sequence[JobStep]) -> Iterator[str]:
    """Yield the last of what was told of each thing, and how far the job is."""
    so_far = progress_of(job, tuple(steps))
    for thing in so_far.things:
        yield _event("thing", piece("jobs.html", "thing", thing))
    if so_far.total:
        yield _event("count", json.dumps([so_far.done, so_far.total]))


def _event(name: str, data: str) -> str:
    return f"event: {name}\ndata: {data}\n\n"
