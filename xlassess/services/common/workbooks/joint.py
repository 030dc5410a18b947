"""Joint workbooks, the plan, progress and workshop ones of a round: issuing them, and for whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.assessment.slugs import slug, tidy
from xlassess.contract.layout import CONTRACT_VERSION
from xlassess.contract.seal import questions_digest, seal, sheet_password
from xlassess.ledger import Ledger
from xlassess.model.answer import Identity, Issued, Return, Value
from xlassess.model.assessment import Assessment, Respondent
from xlassess.model.plan import AgreedAction, JointKind
from xlassess.model.query import Slot
from xlassess.model.toolkit import Toolkit
from xlassess.services.common.workbooks.issuing import Content, Issue, Issuer, clear_away, write
from xlassess.services.common.workbooks.outbox import sha256_of


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a joint workbook is for: a short name that stays the same, and the names shown."""

    id: str
    name: str
    person: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class JointDraft:
    """One joint workbook that is to be out (see `issuing.Wanted`).

    ``values`` is what stands in its open cells; ``earlier`` is the one issued last for the same
    holder, if any.
    """

    kind: JointKind
    questions: Toolkit
    values: Mapping[Slot, Value]
    holder: Holder
    assessment: Assessment
    secret: bytes
    now: datetime
    return_by: date | None
    earlier: Issued | None

    @property
    def identity(self) -> Identity:
        """What it would be sealed with today."""
        return Identity(
            contract=CONTRACT_VERSION,
            assessment=self.assessment.id,
            round=self.assessment.round,
            partner=self.holder.id,
            respondent=self.holder.id,
            toolkit=self.questions.id,
            version=self.questions.version,
            digest=questions_digest(self.questions),
            promise=str(self.assessment.promise),
            kind=self.kind,
        )

    def drafted(self, reference: str) -> tuple[Issued, Content]:
        """Return a new workbook under this reference."""
        from xlassess.generate import file_name

        identity = self.identity
        content = self._content(reference)
        who = Respondent(self.holder.id, self.holder.id, self.holder.name, self.holder.person)
        record = Issued(
            reference=reference,
            identity=identity,
            partner=self.holder.name,
            respondent=self.holder.person,
            email=self.holder.email,
            level="",
            file_name=file_name(self.questions, who, self.assessment.round, reference),
            sha256=content.sha256,
            seal=seal(identity, self.secret),
            issued_at=self.now,
            return_by=self.return_by,
        )
        return record, content

    def as_today(self, earlier: Issued) -> Content:
        """Return it as it would be made today, under its own reference."""
        return self._content(earlier.reference)

    def as_then(self, earlier: Issued) -> None:
        """Nothing: what stood in its cells then is not on record as it was."""
        del earlier

    def _content(self, reference: str) -> Content:
        # Loaded where one is written: commands that only read ask this module as well.
        from xlassess.generate import JointWorkbook, Personal, build_joint

        identity = self.identity
        personal = Personal(
            reference=reference,
            seal=seal(identity, self.secret),
            identity=identity,
            partner=self.holder.name,
            respondent=self.holder.person,
            level="",
        )
        book = JointWorkbook(
            self.kind, self.questions, self.assessment, self.values, self.return_by
        )
        data = build_joint(book, personal, sheet_password(self.secret))
        return Content(sha256_of(data), lambda: data)


def issue_joint(
    folder: AssessmentFolder, ledger: Ledger, drafts: tuple[JointDraft, ...], *, reissue: bool
) -> tuple[Issue[Issued], ...]:
    """Bring the joint workbooks of one kind up to date: recorded first, then written.

    One of which something came back is replaced: the new one holds the state of now. What nobody
    has sent back yet is replaced on request alone.

    Args:
        folder: the assessment.
        ledger: its ledger.
        drafts: what is to be out, at least one, all of one kind.
        reissue: replace what was not sent back yet, too.

    Raises:
        OSError: a file cannot be written.
    """
    kind, round_name = drafts[0].kind, drafts[0].assessment.round
    place = joint_folder(folder, kind)
    taken = set(ledger.references())
    came = came_back(ledger, round_name)
    issues = []
    for draft in drafts:
        back = draft.earlier is not None and draft.earlier.reference in came
        issuer: Issuer[Issued] = Issuer(place, draft.secret, taken=taken, reissue=reissue or back)
        issue = issuer.decide(draft)
        taken.add(issue.record.reference)
        issues.append(issue)
        ledger.keep_toolkit(draft.questions, draft.identity.digest)
    ledger.record_issued([issue.record for issue in issues if issue.fresh])
    write(issues)
    holders = {draft.holder.id for draft in drafts}
    earlier = [
        one
        for one in ledger.joint(round_name)
        if one.identity.kind == kind and one.identity.partner in holders
    ]
    clear_away(place, earlier, {issue.record.reference for issue in issues})
    return tuple(issues)


def issued_last(ledger: Ledger, round_name: str, kind: JointKind) -> dict[str, Issued]:
    """Return the joint workbooks of a kind in a round: for each holder the one issued last."""
    return {
        one.identity.partner: one for one in ledger.joint(round_name) if one.identity.kind == kind
    }


def came_back(ledger: Ledger, round_name: str) -> frozenset[str]:
    """Return the references of the joint workbooks of which something usable came back."""
    returns = ledger.joint_returns(round_name)
    return frozenset(ret.reference for ret in returns if ret.state != "refused")


def asked_about_now(ledger: Ledger, round_name: str) -> Iterator[tuple[Issued, Return]]:
    """Yield the joint workbooks whose return counts and may be asked about, each with that return.

    Of workbooks for the same holder the last one issued: what was doubtful in one before it is
    asked in that one again.
    """
    last: dict[tuple[str, str], Issued] = {
        (one.identity.kind, one.identity.partner): one for one in ledger.joint(round_name)
    }
    came = ledger.joint_current(round_name) if last else {}
    for issued in last.values():
        if issued.reference in came:
            yield issued, came[issued.reference]


def joint_folder(folder: AssessmentFolder, kind: JointKind) -> Path:
    """Return the folder of the outbox for joint workbooks of a kind."""
    return folder.outbox / kind


def by_owner(actions: Iterable[AgreedAction]) -> dict[str, list[AgreedAction]]:
    """Return actions by owner, under what the owner's workbook is known by.

    Names that differ in capitals, blanks or signs alone are of one owner: there is one workbook.

    Args:
        actions: the actions; those without an owner are left out.
    """
    owned: dict[str, list[AgreedAction]] = {}
    for action in actions:
        if action.owner:
            owned.setdefault(slug(action.owner), []).append(action)
    return owned


def holder_of(owner: str) -> str:
    """Return the holder of an owner's workbook, in its seal.

    Args:
        owner: what it is known by (`by_owner`).
    """
    return f"owner-{owner}"


def holders(
    owned: Mapping[str, list[AgreedAction]], respondents: Iterable[Respondent]
) -> list[tuple[Holder, list[AgreedAction]]]:
    """Return whom each owner's workbook is for, with its actions.

    Args:
        owned: actions by owner (`by_owner`).
        respondents: the register.
    """
    people = tuple(respondents)
    found = []
    for key, actions in owned.items():
        name = tidy(actions[0].owner)
        email = addressee(name, people).email
        found.append((Holder(holder_of(key), name, email=email), actions))
    return found


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a message goes to: the name, and the address, which may not be known."""

    name: str
    email: str = ""


def addressee(name: str, respondents: Sequence[Respondent]) -> Addressee:
    """Return who is written to where this person or organisation is meant.

    That is the only person of this name, or the only one of this organisation. Where there are
    several, nobody is known to be the right one, and there is no address.

    Args:
        name: the name.
        respondents: the register.
    """
    wanted = slug(name) if name.strip() else ""
    for named in (
        {(one.name, one.email) for one in respondents if one.name and slug(one.name) == wanted},
        {(one.name, one.email) for one in respondents if slug(one.partner) == wanted},
    ):
        if len(named) == 1:
            ((person, email),) = named
            return Addressee(person or name, email)
        if named:
            break
    return Addressee(name)
