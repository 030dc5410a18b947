"""The words for messages: who gets none and why, and what became of those that were sent.

The command line and the desk both tell it in these words. Commands stand apart from what is to be
done, as the desk has pages instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from xlassess.mail import Kind
from xlassess.model.record import SentMessage
from xlassess.services.common.phrases import ToldMatter, count, day
from xlassess.services.post.due import Composed
from xlassess.services.post.posting import Posted, PostedMessage

VERBS: Mapping[str, str] = {
    "invitation": "send", "thanks": "send --thanks", "query": "send --queries",
    "plan": "send --plan", "workshop": "send --workshop", "progress": "send --progress",
    "progress_reminder": "remind --progress", "feedback": "send --feedback",
}  # fmt: skip
"""The commands that send messages of a kind; all others are reminders."""

WRITES: Mapping[Kind, str] = {
    "query": "query", "plan": "plan", "workshop": "workshop", "progress": "progress",
    "progress_reminder": "progress", "feedback": "feedback",
}  # fmt: skip
"""The commands that write the workbooks a message goes with; of all others ``generate``."""

_NO_ADDRESS: Mapping[Kind, str] = {
    "progress": "The register has no address, or several people. Send it yourself, or name one "
    "person as owner in the plan workbook.",
    "progress_reminder": "The register has no address, or several people. Remind them yourself.",
    "workshop": "Give it.",
}
"""What to do where nobody knows the address, by the kind of the message."""


def unwritten(made: Composed) -> Iterator[ToldMatter]:
    """Yield who gets no message and why, and what to mind before messages go out."""
    if made.day_over:
        yield _day_over(made)
    if made.recent:
        who = count(made.recent, "person", "people")
        yield ToldMatter(f"{who} reminded less than a day ago: left out.")
    if made.fresh:
        who = count(made.fresh, "person", "people")
        yield ToldMatter(
            f"Reminded now of what was sent less than a day ago: {who}. Check that you mean it."
        )
    if made.waiting:
        yield ToldMatter(
            f"Not reminded, as a PDF or a picture waits ({len(made.waiting)})", made.waiting,
            "To see what is to be typed in", "xlassess status",
        )  # fmt: skip
    if made.absent:
        yield ToldMatter(
            f"On leave until the return date or later ({len(made.absent)})", made.absent,
            "Agree with them who answers, or enter a Delegate in the register.",
        )  # fmt: skip
    if made.left:
        yield ToldMatter(
            f"Not reminded, as a message says that they have left ({len(made.left)})", made.left,
            "Correct their row in the register, or delete it, and write and send the workbooks "
            "anew. To put the message away, if it does not mean that", "xlassess status",
        )  # fmt: skip
    if made.away:
        yield ToldMatter(
            f"On leave, so not reminded ({len(made.away)})", made.away,
            "To write to them all the same", "add --again, and name them with --only.",
        )  # fmt: skip
    yield from _in_the_way(made)


def _day_over(made: Composed) -> ToldMatter:
    assert made.day_over  # noqa: S101 - asked before
    title = f"The return date, {day(made.day_over)}, has passed"
    if made.kind in WRITES:
        later = "xlassess progress --return-by DATE --reissue"
        return ToldMatter(title, (), "The messages name it. To name a later one", later)
    told = "The messages name it. Enter a later return date (return_by), and write them again."
    return ToldMatter(title, (), told)


def _in_the_way(made: Composed) -> Iterator[ToldMatter]:
    """Yield what keeps messages from being written."""
    missing = "Not in the outbox as issued"
    if made.kind == "feedback":
        missing = "No page that was written for them"
    usual = "Enter it in the register and run this again."
    for title, names, remedy, by in (
        (
            "No e-mail address", made.no_address, _NO_ADDRESS.get(made.kind, usual),
            {"progress": "xlassess plan", "workshop": "xlassess send --workshop --to ADDRESS"}
            .get(made.kind, ""),
        ),
        (missing, made.missing, "Write them", f"xlassess {WRITES.get(made.kind, 'generate')}"),
        ("No message can be written", made.problems, "Correct the address in the register.", ""),
        (
            "The address does not exist, so nothing is sent there", made.unreachable,
            "A message to it came back. Correct the address in the register, and run this again. "
            "If it is right after all", "add --again, and name the person with --only.",
        ),
        (
            "Left out of a message, because the address does not exist", made.dropped,
            "Correct it in the register.", "",
        ),
        *_doubts(made.uncertain),
    ):  # fmt: skip
        if names:
            yield ToldMatter(f"{title} ({len(names)})", names, remedy, by)


def _doubts(
    uncertain: Iterable[SentMessage],
) -> Iterator[tuple[str, tuple[str, ...], str, str]]:
    """Yield earlier messages that are uncertain, by what settles them: each by what it was for."""
    title = "Not certain whether an earlier message was sent, so nothing was sent now"
    found: dict[tuple[str, str], list[str]] = {}
    for one in uncertain:
        found.setdefault(settling(one.purpose), []).append(_uncertain(one))
    for (settle, command), told in found.items():
        yield title, tuple(told), settle, command


def _uncertain(one: SentMessage) -> str:
    when = day(one.at.astimezone().date())
    reply = f": {one.reply}" if one.reply else ""
    return f"{', '.join(one.references)}, message {one.number} of {when}{reply}"


def settling(kind: str) -> tuple[str, str]:
    """Return how to settle what nobody knows: what to do, and the commands."""
    verb = VERBS.get(kind, "remind")
    record = "reminded" if verb.startswith("remind") else "sent"
    return (
        "Ask the person, or look into the mail server's log. If it arrived, record it; if not, "
        "send it once more",
        f"xlassess {record} REF, or xlassess {verb} --via smtp --again REF",
    )


def posted_in_words(result: Posted, composed: Composed) -> Iterator[ToldMatter]:
    """Yield what became of the messages that were handed to the mail server."""
    if result.messages or result.left:
        taken = sum(one.handover.taken == "sent" for one in result.messages)
        yield ToldMatter(f"{count(taken, 'message')} sent. This is on record.")
    again = f"xlassess {VERBS.get(composed.kind, 'remind')} --via smtp"
    settle, command = settling(composed.kind)
    for outcome, title, remedy, by in (
        (
            "refused", "Refused by the mail server",
            "Correct the address, and run this again.", "",
        ),
        (
            "not sent", "Not taken by the mail server for now",
            "Wait half an hour, then run this again", again,
        ),
        ("uncertain", "Not certain whether it was sent", settle, command),
    ):  # fmt: skip
        some = tuple(_told(one) for one in result.messages if one.handover.taken == outcome)
        if some:
            yield ToldMatter(f"{title} ({len(some)})", some, remedy, by)
    without = tuple(each for one in result.messages for each in one.handover.without)
    if without:
        title = f"Sent, but not to these further addresses ({len(without)})"
        yield ToldMatter(title, without, "Correct them in the register.")
    if result.left:
        title = f"Not begun: {count(result.left, 'message')}"
        yield ToldMatter(title, (result.why,), "Run this again later", again)
    if result.elsewhere:
        who = count(result.elsewhere, "message")
        yield ToldMatter(f"{who} were sent by another program meanwhile.")


def _told(one: PostedMessage) -> str:
    letter = one.post.letter
    who = ", ".join(dict.fromkeys(filter(None, (one.post.partner, letter.name))))
    return f"{who}, {letter.address} ({', '.join(letter.references)}): {one.handover.reply}"
