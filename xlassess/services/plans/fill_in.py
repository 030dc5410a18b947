"""Filling in joint workbooks on a page: what is typed there becomes a return like any other.

It is written into the workbook, and that is read as if it had come back: by the same reader, under
the same rules, into the same events, with the file kept. So a plan can be agreed on the page, in
Excel, or in both by turns.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.reference import make_reference
from xlassess.generate import may_stay_empty
from xlassess.ingest import Context, ReturnedFile, read_return
from xlassess.ledger import Ledger
from xlassess.ledger.store import utc_now
from xlassess.model import plan as fields
from xlassess.model.answer import Issued, Return, Value
from xlassess.model.days import short_day
from xlassess.model.errors import XlassessError
from xlassess.model.finding import Finding
from xlassess.model.plan import ENTRIES, AgreedPlan, JointKind, Judgement, open_actions
from xlassess.model.query import Slot, concerned
from xlassess.model.toolkit import Item, Section, Toolkit, answer_field
from xlassess.services.common.earlier import plans_so_far
from xlassess.services.common.opening import own_secret, still_open
from xlassess.services.common.workbooks.joint import (
    Holder,
    JointDraft,
    by_owner,
    came_back,
    holders,
    issue_joint,
    issued_last,
    joint_folder,
)
from xlassess.services.common.workbooks.outbox import holds
from xlassess.services.ingest import ingest, read_against
from xlassess.services.plans.follow_up import draft_for
from xlassess.services.plans.plan import COORDINATOR, agreed_values
from xlassess.services.plans.workshop import judged_values
from xlassess.sheet.words import Words

_LONGEST = 2000
"""Characters that an entry may have."""

Typed = Mapping[str, Mapping[str, str]]
"""What is typed: by the number of the row and the name of the entry."""


@dataclass(frozen=True, slots=True)
class RowEntry:
    """One thing that is filled in in each row: its name, its label, what to enter, what to pick.

    ``choices`` are codes with their labels, of which one is picked; ``offered`` are texts from
    which one may be taken. ``lines`` is for text of more than a few words. ``by_row`` says that
    each row has choices of its own.
    """

    name: str
    label: str
    prompt: str
    choices: tuple[tuple[str, str], ...] = ()
    offered: tuple[str, ...] = ()
    lines: bool = False
    by_row: bool = False


@dataclass(frozen=True, slots=True)
class RowForm:
    """One row to be filled in: what it is about, and what stands in it.

    ``why`` are the paragraphs beside it. ``optional`` rows may stay empty; ``added`` ones are for
    what nobody proposed. ``seen`` stands for
    what is in it now: a form that knows another row has changed meanwhile. ``choices`` are those of
    its question, for the entry that picks one of them.
    """

    number: str
    heading: str
    ask: str
    why: tuple[str, ...]
    optional: bool
    added: bool
    said: Mapping[str, str]
    seen: str
    choices: tuple[tuple[str, str], ...] = ()

    def entry(self, entry: RowEntry) -> RowEntry:
        """Return an entry as it is filled in in this row: a judgement picks from its own scale."""
        return replace(entry, choices=self.choices) if entry.by_row else entry


@dataclass(frozen=True, slots=True)
class JointForm:
    """A joint workbook as a form: its reference (empty before it is issued), entries and rows.

    ``holder`` is whose it is, by its short name and by name, ``title`` what it is called.
    ``agreed`` says that something came back of it. ``in_doubt`` are the findings of what came back
    last that are still open, by the number of the row.
    """

    kind: JointKind
    reference: str
    holder: Holder
    entries: tuple[RowEntry, ...]
    rows: tuple[RowForm, ...]
    title: str
    agreed: bool
    in_doubt: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with what was typed in a row, and what to do."""

    number: str
    name: str
    message: str


@dataclass(frozen=True, slots=True)
class FilledIn:
    """What came of filling in: the rows that were changed, or why nothing was recorded."""

    rows: tuple[str, ...] = ()
    problems: tuple[RowProblem, ...] = ()


def plan_form(folder: AssessmentFolder) -> JointForm | None:
    """Return the plan as a form: the rows of the plan workbook written last; None before that.

    Raises:
        XlassessError: the assessment cannot be used.
    """
    if not Ledger.is_at(folder.ledger):
        return None
    with Ledger(folder.ledger) as ledger:
        found = _plan(folder, ledger, None)
    return _form(found) if found else None


def progress_forms(folder: AssessmentFolder) -> tuple[JointForm, ...]:
    """Return what each owner of an open action is asked about, as forms.

    Raises:
        XlassessError: the assessment cannot be used.
    """
    if not Ledger.is_at(folder.ledger):
        return ()
    with Ledger(folder.ledger) as ledger:
        return tuple(_form(one) for one in _progress(folder, ledger, None))


def workshop_forms(folder: AssessmentFolder) -> tuple[JointForm, ...]:
    """Return what a workshop talks over as forms, one for each toolkit; none before it is written.

    Raises:
        XlassessError: the assessment cannot be used.
    """
    if not Ledger.is_at(folder.ledger):
        return ()
    with Ledger(folder.ledger) as ledger:
        return tuple(_form(one) for one in _workshop(folder, ledger, None))


def workshop_told(talks: Iterable[Toolkit], judged: tuple[Judgement, ...]) -> tuple[JointForm, ...]:
    """Return what a workshop talks over as forms that are only shown, one for each toolkit.

    Args:
        talks: the questions, as a summary tells them.
        judged: what workshops agreed on so far.
    """
    found = []
    for questions in talks:
        key = questions.sections[0].id.rpartition("/")[0]
        values = judged_values(questions, judged)
        found.append(JointForm(
            "workshop", "", Holder(f"workshop-{key}", questions.short),
            tuple(_entries("workshop", questions)), tuple(_rows(questions, values)),
            questions.short or questions.title, bool(values), {},
        ))  # fmt: skip
    return tuple(found)


def fill_in_workshop(
    folder: AssessmentFolder, holder: str, typed: Typed, seen: Mapping[str, str], *,
    now: datetime, by: str = "",
) -> FilledIn:  # fmt: skip
    """Record what a workshop agreed on; all of it, or nothing where something is wrong.

    Args:
        folder: the assessment.
        holder: the short name of the workbook's holder, one for each toolkit.
        typed: what stands in the rows that are to be changed.
        seen: what stood for them where it was typed (`RowForm.seen`).
        now: the present moment, in UTC.
        by: who types; empty for whoever the operating system says.

    Raises:
        XlassessError: the workbook was not written yet, or the assessment cannot be used.
        OSError: a file cannot be written.
    """

    def find(ledger: Ledger) -> tuple[_Filled, ...]:
        every = _workshop(folder, ledger, now)
        found = tuple(one for one in every if one.draft.holder.id == holder)
        if not found:
            raise XlassessError(
                "No workshop workbook has been written yet for this toolkit.",
                "Write it first: its rows are what is talked over.",
            )
        return found

    return _fill_in(folder, find, {holder: typed}, seen, now=now, by=by)


def fill_in_plan(
    folder: AssessmentFolder, typed: Typed, seen: Mapping[str, str], *, now: datetime, by: str = ""
) -> FilledIn:
    """Record what was typed in rows of the plan; all of it, or nothing where something is wrong.

    Args:
        folder: the assessment.
        typed: what stands in the rows that are to be changed.
        seen: what stood for them where it was typed (`RowForm.seen`).
        now: the present moment, in UTC.
        by: who types; empty for whoever the operating system says.

    Raises:
        XlassessError: no plan workbook was written yet, or the assessment cannot be used.
        OSError: a file cannot be written.
    """

    def find(ledger: Ledger) -> tuple[_Filled, ...]:
        if (found := _plan(folder, ledger, now)) is None:
            raise XlassessError(
                "No plan workbook has been written yet for this round.",
                "Write it first: its rows are what is decided on.",
            )
        return (found,)

    return _fill_in(folder, find, {COORDINATOR: typed}, seen, now=now, by=by)


def fill_in_progress(
    folder: AssessmentFolder,
    typed: Mapping[str, Typed],
    seen: Mapping[str, str],
    *,
    now: datetime,
    by: str = "",
) -> FilledIn:
    """Record what was typed about agreed actions; all of it, or nothing where something is wrong.

    Args:
        folder: the assessment.
        typed: what stands in the rows that are to be changed, by holder.
        seen: what stood for them where it was typed (`RowForm.seen`).
        now: the present moment, in UTC.
        by: who types; empty for whoever the operating system says.

    Raises:
        XlassessError: the assessment cannot be used.
        OSError: a file cannot be written.
    """
    return _fill_in(
        folder, lambda ledger: _progress(folder, ledger, now), typed, seen, now=now, by=by
    )


# ---- the workbooks that are filled in ---------------------------------------


@dataclass(frozen=True, slots=True)
class _Filled:
    """A workbook as it is to be filled in: how it is issued, and what stands in it now.

    ``came`` is what came back of the one issued last and counts, if anything did.
    """

    draft: JointDraft
    came: Return | None

    @property
    def stands(self) -> dict[Slot, Value]:
        """What stands in its rows."""
        return dict(self.draft.values)


def _plan(folder: AssessmentFolder, ledger: Ledger, now: datetime | None) -> _Filled | None:
    assessment = folder.assessment()
    last = issued_last(ledger, assessment.round, "plan").get(COORDINATOR)
    if last is None:
        return None
    questions = ledger.toolkits()[last.identity.digest]
    came = ledger.joint_current(assessment.round).get(last.reference)
    agreed = ledger.plans().get(assessment.round)
    values = _values_of(came) if came else _as_issued(folder, ledger, last, "plan")
    draft = JointDraft(
        kind="plan",
        questions=questions,
        values=values | (_in_force(questions, agreed) if came else {}),
        holder=Holder(COORDINATOR, assessment.partnership, assessment.coordinator.name),
        assessment=assessment,
        secret=own_secret(folder, ledger.issued()) if now else b"",
        now=now or last.issued_at,
        return_by=None,
        earlier=last,
    )
    return _Filled(draft, came)


def _workshop(
    folder: AssessmentFolder, ledger: Ledger, now: datetime | None
) -> tuple[_Filled, ...]:
    """The workshop workbooks written last, one for each toolkit."""
    assessment = folder.assessment()
    last = issued_last(ledger, assessment.round, "workshop")
    if not last:
        return ()
    asked, current = ledger.toolkits(), ledger.joint_current(assessment.round)
    secret = own_secret(folder, ledger.issued()) if now else b""
    found = []
    for holder, issued in last.items():
        came = current.get(issued.reference)
        draft = JointDraft(
            kind="workshop",
            questions=asked[issued.identity.digest],
            values=_values_of(came) if came else _as_issued(folder, ledger, issued, "workshop"),
            holder=Holder(holder, issued.partner, issued.respondent),
            assessment=assessment,
            secret=secret,
            now=now or issued.issued_at,
            return_by=None,
            earlier=issued,
        )
        found.append(_Filled(draft, came))
    return tuple(found)


def _in_force(questions: Toolkit, agreed: AgreedPlan | None) -> dict[Slot, Value]:
    """What holds of the plan: deadlines, above all, may have been moved since."""
    return agreed_values(questions, (), agreed)


def _as_issued(
    folder: AssessmentFolder, ledger: Ledger, issued: Issued, kind: JointKind
) -> dict[Slot, Value]:
    """What stands in a workbook that has not come back, as far as its file is there."""
    path = joint_folder(folder, kind) / issued.file_name
    if not holds(path, issued.sha256):
        return {}
    read = read_return(ReturnedFile(path, path.name), read_against(folder, ledger, date.max))
    return _values_of(read)


def _values_of(ret: Return) -> dict[Slot, Value]:
    return {Slot(one.item, one.field): one.value for one in ret.answers if one.value != ""}


def _progress(
    folder: AssessmentFolder, ledger: Ledger, now: datetime | None
) -> tuple[_Filled, ...]:
    assessment = folder.assessment()
    owned = by_owner(open_actions(plans_so_far(folder, ledger.plans(), assessment.round)))
    if not owned:
        return ()
    last = issued_last(ledger, assessment.round, "progress")
    current = ledger.joint_current(assessment.round)
    # Seals and addresses go into what is issued alone; with thousands, they take a while.
    secret = own_secret(folder, ledger.issued()) if now else b""
    respondents = folder.register(assessment).respondents if now else ()
    moment = now or utc_now()
    found = []
    for holder, actions in holders(owned, respondents):
        earlier = last.get(holder.id)
        draft = draft_for(holder, actions, assessment, secret, now=moment, earlier=earlier)
        found.append(_Filled(draft, current.get(earlier.reference) if earlier else None))
    return tuple(found)


# ---- as forms ---------------------------------------------------------------


def _form(found: _Filled) -> JointForm:
    draft, values = found.draft, found.stands
    questions = draft.questions
    doubts = found.came.findings if found.came else ()
    return JointForm(
        kind=draft.kind,
        reference=draft.earlier.reference if draft.earlier else "",
        holder=draft.holder,
        entries=tuple(_entries(draft.kind, questions)),
        rows=tuple(_rows(questions, values)),
        title=questions.short or questions.title,
        agreed=found.came is not None,
        in_doubt={one.item: f"{one.message} {one.remedy}" for one in doubts if one.is_open},
    )


def _entries(kind: JointKind, questions: Toolkit) -> Iterator[RowEntry]:
    words = Words("joint.j2")
    for view in questions.views:
        taken = ENTRIES[kind][view.id]
        scale = questions.scales.get(taken)
        listed = questions.scales.get(view.id) if scale is None else None
        yield RowEntry(
            name=view.id,
            label=view.label,
            prompt=words.say("joint_prompt", view.id),
            choices=tuple((one.code, one.label) for one in scale.choices) if scale else (),
            offered=tuple(one.label for one in listed.choices) if listed else (),
            lines=taken == "long-text",
            by_row=not taken,
        )


def _rows(questions: Toolkit, values: Mapping[Slot, Value]) -> Iterator[RowForm]:
    for section in questions.sections:
        for item in section.items:
            yield _row(questions, section, item, values)


def _row(questions: Toolkit, section: Section, item: Item, values: Mapping[Slot, Value]) -> RowForm:
    said = {
        name: _as_text(values[slot])
        for name in item.views
        if (slot := Slot(item.id, answer_field(name))) in values
    }
    told = item.why.split("\n\n") + list(item.prompts)
    scale = questions.scales.get(item.answer)
    return RowForm(
        number=item.id,
        heading=section.title,
        ask=item.ask,
        why=tuple(" ".join(one.split()) for one in told if one.strip()),
        optional=may_stay_empty(item),
        added=section.id == fields.ADDED,
        said=said,
        seen=_digest(said),
        choices=tuple((one.code, one.label) for one in scale.choices) if scale else (),
    )


def _as_text(value: Value) -> str:
    if isinstance(value, date):
        return short_day(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _digest(said: Mapping[str, str]) -> str:
    """What stands for the contents of a row, in a form that shows it."""
    told = "\x1f".join(f"{name}\x1e{text}" for name, text in sorted(said.items()) if text)
    return sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]


# ---- recording --------------------------------------------------------------


_TRIES = 5
"""So often what was typed is put beside what others recorded meanwhile, before it is given up."""


class _ChangedMeanwhile(Exception):  # noqa: N818 - what somebody else did, and no fault
    """A joint workbook came in, or was issued, since it was looked at; nothing was recorded."""


def _fill_in(
    folder: AssessmentFolder,
    find: Callable[[Ledger], tuple[_Filled, ...]],
    typed: Mapping[str, Typed],
    seen: Mapping[str, str],
    *,
    now: datetime,
    by: str,
) -> FilledIn:
    """Check all that was typed; record it where nothing is wrong.

    A page and a command may do so at once. What stands there is looked at again, and what was
    typed is checked against that, as often as somebody else was quicker.
    """
    for _ in range(_TRIES):
        with Ledger(folder.ledger, lambda: now, by) as ledger:
            still_open(ledger, folder.assessment().round)
            # First the event: what comes in after it is noticed, if not read here already.
            looked = ledger.last_event()
            books = find(ledger)
        ready, problems, rows = _checked(folder, books, typed, seen, now)
        if problems:
            return FilledIn(problems=tuple(problems))
        if not ready:
            return FilledIn()
        try:
            _record(folder, ready, looked, now, by)
        except _ChangedMeanwhile:
            continue
        return FilledIn(rows=tuple(rows))
    raise XlassessError(
        "Others are recording in the same workbook, so nothing of yours was recorded.",
        "Wait a moment and send it again.",
    )


def _checked(
    folder: AssessmentFolder,
    books: Sequence[_Filled],
    typed: Mapping[str, Typed],
    seen: Mapping[str, str],
    now: datetime,
) -> tuple[list[_ToRecord], list[RowProblem], list[str]]:
    """Return what is to be recorded, what is wrong with it, and the rows that were changed."""
    ready: list[_ToRecord] = []
    problems: list[RowProblem] = []
    rows: list[str] = []
    for found in books:
        form = _form(found)
        changed = _changed(form, typed.get(found.draft.holder.id, {}))
        if not changed:
            continue
        wrong = [*_meanwhile(form, changed, seen), *_unfit(form, changed)]
        if not wrong:
            values, wrong = _read_as(folder, found, changed, now)
            ready.append((found, values))
        problems += wrong
        rows += changed
    there = {item.id for found in books for item in found.draft.questions.items()}
    gone = sorted({row for some in typed.values() for row in some} - there)
    problems += [RowProblem(row, "", "This row is no longer there.") for row in gone]
    return ready, problems, rows


def _changed(form: JointForm, typed: Typed) -> dict[str, dict[str, str]]:
    """The rows in which something else is typed than stands there."""
    found = {}
    for row in form.rows:
        if row.number not in typed:
            continue
        said = {name: text.strip() for name, text in typed[row.number].items() if text.strip()}
        if said != dict(row.said):
            found[row.number] = said
    return found


def _meanwhile(
    form: JointForm, changed: Iterable[str], seen: Mapping[str, str]
) -> Iterator[RowProblem]:
    """Yield the rows that somebody else changed since they were shown."""
    labels = {one.name: one.label for one in form.entries}
    for row in form.rows:
        if row.number in changed and seen.get(row.number) != row.seen:
            codes = dict(pair for one in form.entries for pair in row.entry(one).choices)
            stands = "; ".join(
                f"{labels[name]}: {codes.get(text, text)}" for name, text in row.said.items()
            )
            yield RowProblem(
                row.number, "",
                "Somebody changed this row after you opened the page. It now says: "
                f"{stands or 'nothing'}. Send it again to put yours in its place.",
            )  # fmt: skip


def _unfit(form: JointForm, changed: Typed) -> Iterator[RowProblem]:
    """Yield what cannot stand in a workbook at all."""
    rows = {row.number: row for row in form.rows}
    for number, said in changed.items():
        known = {one.name: rows[number].entry(one) for one in form.entries}
        for name, text in said.items():
            if name not in known:
                yield RowProblem(number, name, "There is no such column.")
            elif known[name].choices and text not in dict(known[name].choices):
                yield RowProblem(number, name, "Pick one of the choices in the list.")
            elif len(text) > _LONGEST:
                message = f"This is too long. Use at most {_LONGEST:,} characters."
                yield RowProblem(number, name, message)


def _read_as(
    folder: AssessmentFolder, found: _Filled, changed: Typed, now: datetime
) -> tuple[dict[Slot, Value], list[RowProblem]]:
    """Return what a workbook with these entries is read as, and what is wrong with them."""
    values = {slot: value for slot, value in found.stands.items() if slot.item not in changed}
    kept = {(slot.item, slot.field): value for slot, value in found.stands.items()}
    for number, said in changed.items():
        for name, text in said.items():
            field = answer_field(name)
            old = kept.get((number, field), "")
            values[Slot(number, field)] = old if old != "" and _as_text(old) == text else text
    read = _read(folder, replace(found.draft, values=values), now)
    came = found.came.findings if found.came else ()
    known = {(one.code, one.item, one.field) for one in came}
    lost = [
        one for one in came if one.is_open and one.item not in changed and not _is_read(one, values)
    ]
    told = {one.item for one in lost}
    new = [
        one
        for one in read.findings
        if one.severity != "note"
        and one.item not in told
        and (one.item in changed or (one.code, one.item, one.field) not in known)
    ]
    return _values_of(read), [*map(_problem, lost), *map(_problem, new)]


def _is_read(finding: Finding, values: Mapping[Slot, Value]) -> bool:
    """True where what a finding is about stands among what was read: it is found again."""
    slots = concerned(finding)
    return not slots or any(slot in values for slot in slots) or finding.code in _OF_EMPTY


_OF_EMPTY = ("C28", "C33", "C34", "C36")
"""The findings of something that is missing: found again wherever it still is."""


def _problem(finding: Finding) -> RowProblem:
    name = finding.field.partition(":")[2]
    return RowProblem(finding.item, name, f"{finding.message} {finding.remedy}")


def _read(folder: AssessmentFolder, draft: JointDraft, now: datetime) -> Return:
    """Read a workbook with these entries as if it had come back; nothing is recorded."""
    issued, content = draft.drafted(_PROBE)
    with Ledger(folder.ledger) as ledger:
        context = read_against(folder, ledger, now.astimezone().date())
        earlier = draft.earlier.reference if draft.earlier else ""
        decided = context.decided.get(earlier, frozenset())
        if earlier in came_back(ledger, draft.assessment.round):
            decided = _decided(ledger.plans().get(draft.assessment.round))
    context = _knowing(context, issued, draft.questions, decided)
    with tempfile.TemporaryDirectory(prefix="xlassess-typed-") as place:
        path = Path(place) / issued.file_name
        path.write_bytes(content.data())
        return read_return(ReturnedFile(path, path.name), context)


_PROBE = make_reference(b"typed in on a page")
"""The reference of a workbook that is made to be read at once, and never issued."""


def _decided(agreed: AgreedPlan | None) -> frozenset[str]:
    """The rows in which a decision stands: none of them may be emptied."""
    return frozenset(row.number for row in agreed.rows if row.decision) if agreed else frozenset()


def _knowing(
    context: Context, issued: Issued, questions: Toolkit, decided: frozenset[str]
) -> Context:
    return replace(
        context,
        issued={**context.issued, issued.reference: issued},
        toolkits={**context.toolkits, issued.identity.digest: questions},
        decided={**context.decided, issued.reference: decided},
    )


_ToRecord = tuple[_Filled, dict[Slot, Value]]
"""A workbook, and what is to stand in it."""


def _record(
    folder: AssessmentFolder, ready: Sequence[_ToRecord], looked: int, now: datetime, by: str
) -> None:
    """Issue workbooks where that is called for, fill them in, and read them like any return.

    What came back before is not written over: the workbook is issued anew then, with what was
    agreed so far, for the page as for Excel.

    Args:
        folder: the assessment.
        ready: what to record.
        looked: the last event there was when it was looked at what stands there.
        now: the present moment, in UTC.
        by: who types.

    Raises:
        _ChangedMeanwhile: somebody else recorded something of a joint workbook since.
        XlassessError: what was filled in was not taken.
    """
    round_name = folder.assessment().round
    own: set[str] = set()
    with Ledger(folder.ledger, lambda: now, by) as ledger:
        came = came_back(ledger, round_name)
        books: list[tuple[JointDraft, Issued, dict[Slot, Value]]] = []
        for found, values in ready:
            draft, earlier = found.draft, found.draft.earlier
            anew = earlier is None or earlier.reference in came
            anew = anew or earlier.identity.digest != draft.identity.digest  # type: ignore[union-attr]
            if anew or earlier is None:
                (issue,) = issue_joint(folder, ledger, (draft,), reissue=True)
                earlier = issue.record
                own.add(earlier.reference)
            books.append((draft, earlier, values))

    def still(ledger: Ledger) -> None:
        _refuse_changed(ledger, round_name, looked, own)

    with tempfile.TemporaryDirectory(prefix="xlassess-typed-") as place:
        paths = [_filled_in(Path(place), *book) for book in books]
        taken = ingest(folder, paths, now=now, workers=1, by=by, still=still)
    for file in taken.files:
        if file.ret.state not in ("accepted", "accepted with notes", "query"):
            first = next(iter(file.ret.findings), None)
            told = f" ({first.message.rstrip('.')})" if first else ""
            raise XlassessError(
                f"What you entered is kept as return {file.ret.number}, but does not count{told}.",
                "Look at how the workbook stands now, and enter it again.",
            )


def _refuse_changed(ledger: Ledger, round_name: str, looked: int, own: Set[str]) -> None:
    """See that nothing of a joint workbook was recorded since, but what we issued ourselves."""
    ours = {one.reference for one in ledger.joint(round_name)}
    for event in ledger.events(looked):
        if event.reference in ours and not (event.what == "issued" and event.reference in own):
            raise _ChangedMeanwhile


def _filled_in(place: Path, draft: JointDraft, issued: Issued, values: dict[Slot, Value]) -> Path:
    """Write a workbook in which this stands; return where."""
    filled = replace(draft, values=values, earlier=issued).as_today(issued)
    name = Path(issued.file_name)
    path = place / f"{name.stem} - typed in on the page{name.suffix}"
    path.write_bytes(filled.data())
    return path
