"""``xlassess demo``: run a made-up assessment, and say where to look."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlassess.cli.console import Console, progress
from xlassess.cli.options import CLUSTER, Options, at_work, common, shown
from xlassess.model.errors import as_argument
from xlassess.services.common.phrases import count, noticed, percent

if TYPE_CHECKING:
    from xlassess.demo import CameByMail, DemoRun, PostPlayed, ProgrammePlayed, RoundsPlayed


@click.command()
@click.option(
    "--output", metavar="DIR", type=click.Path(path_type=Path), default=Path("output/demo"),
    show_default=True, help="Where to write it.",
)  # fmt: skip
@click.option(
    "--toolkits", "chosen", metavar="ID,...", multiple=True,
    help="Which built-in toolkits to use, or all. The default is pat and melton-evaluation.",
)  # fmt: skip
@click.option(
    "--rounds", metavar="NUMBER", type=click.IntRange(1, 3), default=1, show_default=True,
    help="How many rounds to play, at most 3. With 2 or 3, the toolkit is pat, and each round has "
    "a workshop, an agreed plan and what became of it.",
)  # fmt: skip
@click.option(
    "--post", "by_post", is_flag=True,
    help="Play the round by e-mail, in folders: drafts go out, saved messages come in. No server "
    "is needed.",
)  # fmt: skip
@click.option(
    "--programme", "many", is_flag=True,
    help="Play twelve partnerships of one council, with three toolkits, in two rounds.",
)  # fmt: skip
@CLUSTER
@common
@click.pass_obj
def demo(
    options: Options, output: Path, *, chosen: tuple[str, ...], rounds: int, by_post: bool,
    many: bool, cluster: str,
) -> None:  # fmt: skip
    """Run a made-up assessment from workbooks to summary, with the mistakes that people make."""
    from xlassess.demo import choose_rounds, choose_toolkits, run_demo, run_post, run_rounds

    if (rounds > 1) + by_post + many > 1:
        raise click.UsageError("Play --programme, --post or several --rounds, one at a time.")
    if many:
        if chosen:
            raise click.UsageError("The demo of a programme has toolkits of its own.")
        _programme(options.root / output, cluster)
        return
    if cluster:
        raise click.UsageError("--cluster goes with --programme: the other demos are too small.")
    if rounds > 1:
        choose_rounds(chosen)
        with progress("Filling in the workbooks") as watch:
            played = run_rounds(options.root / output, rounds=rounds, watch=watch)
        _show_rounds(Console(), played)
        return
    toolkits = choose_toolkits(chosen)
    if by_post:
        with progress("Filling in the workbooks") as watch:
            posted = run_post(options.root / output, toolkits=toolkits, watch=watch)
        _show_post(Console(), posted)
        return
    with progress("Filling in the workbooks") as watch:
        result = run_demo(options.root / output, toolkits=toolkits, watch=watch)
    _show(Console(), result)


def _programme(root: Path, cluster: str) -> None:
    """Play a programme, and say where to look."""
    from xlassess.demo import run_programme

    with (
        at_work(cluster, 1) as workers,
        progress("Playing the rounds of ten partnerships") as watch,
    ):
        result = run_programme(root, workers=workers, watch=watch)
    _show_programme(Console(), result)


def _show_programme(out: Console, result: ProgrammePlayed) -> None:
    place, whole = shown(result.root), result.status
    if result.replaced:
        out.say(f"The earlier demo in {place} was replaced.")
    every = count(len(whole.lines), "partnership")
    out.say(f"{whole.programme.title}: {every}, {result.workbooks} workbooks back.", style="head")
    out.heading("Where to look")
    out.gap()
    places = [
        [shown(result.workbook.path), "the portfolio: all partnerships beside each other"],
        [shown(result.report.path), "the same as a report in Word"],
        [f"{place}/programme.yaml", "the register of partnerships"],
        [f"{place}/partnerships", "the assessment of each partnership, in a folder of its own"],
    ]
    out.table(("Place", "What is there"), places, wraps=(0, 1))
    out.gap()
    out.say(f"Then try: xlassess programme status -C {as_argument(str(place))}")
    out.say(
        "A page for each partnership among its peers: xlassess programme report --peers -C "
        f"{as_argument(str(place))}"
    )


def _show(out: Console, result: DemoRun) -> None:
    """Tell the story of the demo and say where to look."""
    root = shown(result.root)
    assessment = result.status.assessment
    if result.replaced:
        out.say(f"The earlier demo in {root} was replaced.")
    partners = len({line.partner for line in result.status.lines})
    out.say(
        f"{assessment.partnership}, round {assessment.round}: {count(partners, 'partner')}, "
        f"{count(len(result.generated.workbooks), 'workbook')} issued, "
        f"{count(len(result.ingested.files), 'file')} back.",
        style="head",
    )
    out.gap()
    rates = [
        [rate.toolkit, f"{rate.answered} of {rate.issued}", percent(rate.share)]
        for rate in result.status.rates
    ]
    out.table(("Toolkit", "Returned", "Rate"), rates, numbers=(1, 2))
    out.heading("What went wrong, as it often does")
    out.gap()
    rows = [[odd.partner, odd.toolkit, odd.what, odd.state] for odd in result.unusual]
    out.table(("Partner", "Toolkit", "What came back", "Read as"), rows, wraps=(0, 2))
    out.heading("Where to look")
    out.gap()
    places = [
        [shown(result.consolidated.path), "the summary for the committee"],
        [shown(result.generated.outbox), "the workbooks that were sent out"],
        [shown(result.inbox), "what came back, mistakes included"],
        [f"{root}/assessment.yaml", "the settings, as a start for your own"],
    ]
    out.table(("Place", "What is there"), places, wraps=(0, 1))
    out.gap()
    out.say(f"Then try: xlassess status -C {as_argument(str(root))}")
    out.say("To try it in your browser, with days around today: xlassess desk --demo")
    out.say("To see three rounds, with workshop, action plan and trend: xlassess demo --rounds 3")
    out.say("To see the round played by e-mail: xlassess demo --post")
    out.say("To see twelve partnerships beside each other: xlassess demo --programme")


def _show_post(out: Console, result: PostPlayed) -> None:
    """Tell what went out and came in by e-mail, and say where to look."""
    root, assessment = shown(result.root), result.status.assessment
    if result.replaced:
        out.say(f"The earlier demo in {root} was replaced.")
    out.say(
        f"{assessment.partnership}, round {assessment.round}, by e-mail: "
        f"{count(len(result.invited.drafts), 'message')} out, "
        f"{count(len(result.ingested.files), 'file')} and "
        f"{count(len(result.ingested.notices), 'notice')} back.",
        style="head",
    )
    out.gap()
    steps = [
        ["Invitations", f"{count(len(result.invited.drafts), 'draft')}, one for each person, sent"],
        ["What came back", f"{count(len(result.ingested.files), 'file')} read out of messages"],
        ["Queries", f"{count(len(result.queried.workbooks), 'draft')} with a query workbook, sent"],
        ["Answers to queries", f"{count(len(result.answered.new), 'file')} read"],
        ["Reminders", f"{count(len(result.reminded.drafts), 'draft')}, waiting for you to send"],
    ]
    out.table(("Step", "What happened"), steps, wraps=(1,))
    out.heading("What came by e-mail, as it often does")
    out.gap()
    rows = [[one.who, one.what, _made_of(one)] for one in result.unusual]
    out.table(("Who", "What came", "What xlassess made of it"), rows, wraps=(1, 2))
    out.heading("Where to look")
    out.gap()
    places = [
        [f"{root}/sent/invitations", "the invitations, each with its workbooks: open one"],
        [f"{root}/inbox", "what came: saved messages, a Maildir folder, a mailbox file"],
        [f"{root}/sent/queries", "the messages about unclear answers"],
        [shown(result.reminded.folder), "the reminders, as drafts for your mail program"],
        [shown(result.consolidated.path), "the summary for the committee"],
    ]
    out.table(("Place", "What is there"), places, wraps=(0, 1))
    out.gap()
    out.say("To see what is open, and the command for each thing that messages ask for:")
    out.say(f"xlassess status -C {as_argument(str(root))}")
    out.say(f"To see all of it in your browser: xlassess desk {as_argument(str(root))}")


def _made_of(one: CameByMail) -> str:
    """What was made of something that came by e-mail."""
    said = [noticed(one.notice)] if one.notice else []
    said += ["shown with the command that records it"] * bool(one.offers)
    said += ["answers in a PDF: to be typed in"] * one.typed_in
    return ", ".join(said) or " and ".join(_STATES.get(state, state) for state in one.states)


_STATES = {
    "accepted": "read", "accepted with notes": "read", "query": "asked about",
    "refused": "no workbook: shown in status",
}  # fmt: skip


def _show_rounds(out: Console, result: RoundsPlayed) -> None:
    """Tell what happened round by round, and say where to look."""
    root, last = shown(result.root), result.rounds[-1]
    if result.replaced:
        out.say(f"The earlier demo in {root} was replaced.")
    out.say(f"{result.partnership}: {count(len(result.rounds), 'round')}.", style="head")
    out.gap()
    rows = [
        [
            each.name, str(each.partners),
            f"{each.consolidated.returned} of {each.consolidated.issued}",
            str(each.agreed), each.happened,
        ]
        for each in result.rounds
    ]  # fmt: skip
    heads = ("Round", "Partners", "Returned", "Actions agreed", "What happened")
    out.table(heads, rows, numbers=(1, 2, 3), wraps=(4,))
    out.heading(f"Where to look, in round {last.name}")
    out.gap()
    summary = last.consolidated.path
    places = [
        [shown(summary), "the summary: what moved since last time, what came of earlier plans"],
        [shown(summary.parent / "report.docx"), "the same as a report in Word"],
        [shown(last.paper.path), "the progress paper: done, late, moved"],
        [shown(summary.parent / "feedback"), "a page for each respondent"],
        [shown(result.outbox / "workshop"), "the workbook for talking the findings over"],
        [shown(result.outbox / "plan"), "the workbook in which the plan is agreed"],
        [shown(result.outbox / "progress"), "what owners of actions are asked"],
    ]
    out.table(("Place", "What is there"), places, wraps=(0, 1))
    out.gap()
    out.say(f"Then try: xlassess round list -C {as_argument(str(root))}")
    out.say(f"To see all of it in your browser: xlassess desk {as_argument(str(root))}")
