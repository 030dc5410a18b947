"""What happens in three rounds of ``pat``: who comes and goes, what is agreed, what becomes of it.

Everything entered into plan, progress and workshop workbooks is found by the question it is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from xlassess.demo.partnership import JOINING, LEAVES, RESPONDENTS, SILENT, SUCCEEDED
from xlassess.demo.scripts.all_toolkits import SCRIPTS
from xlassess.demo.scripts.script import Cell, PlanRow, Script
from xlassess.model.assessment import Respondent

TOOLKIT = "pat"
FIRST_VERSION = "FIRST"
"""What stands in texts for the version of the toolkit that the first round is held with."""

Entered = Mapping[str, Mapping[str, Cell]]
"""What is entered into a joint workbook: by the item a row is about, and the name of the cell.

A row of the plan for a concern that nobody answered begins with C, a new action is N1.
"""


@dataclass(frozen=True, slots=True)
class DemoYear:
    """One round: who is in it, what partners say, and what the partnership decides.

    ``reports`` are the two times at which owners are asked how far they are: the autumn, and
    the next winter. ``leaving`` and ``joining`` are since the round before. ``reworded`` are
    texts of the toolkit's file that change before this round, each with what takes its place.
    ``happened`` says in short what is worth knowing of the round.
    """

    name: str
    script: Script
    purpose: str
    happened: str
    workshop: Entered
    decided: Entered
    reports: tuple[Entered, ...]
    silent: frozenset[str] = frozenset()
    leaving: tuple[str, ...] = ()
    joining: tuple[Respondent, ...] = ()
    reworded: Mapping[str, str] = field(default_factory=dict)

    @property
    def year(self) -> int:
        """The calendar year in which the round is held."""
        return int(self.name)


_FIRST = SCRIPTS[TOOLKIT]
_PLANS_2025 = (
    PlanRow("4E", "Keep one register of joint risks and go through it in each committee",
            "quick", "Karen Doyle", "2025-09-26", "On the agenda of every committee",
            "not-started"),
    PlanRow("6D", "Send each review to those it is about, with one page on what follows",
            "medium", "Morgan Hale", "2025-11-28", "Sent within a month of each review",
            "not-started"),
    PlanRow("4F", "Announce changes of post a month ahead, and introduce the successor",
            "quick", "Imran Siddiqui", "2025-10-31", "No change of post without a handover",
            "not-started"),
    PlanRow("3F", "Say in committee when a partner has gone its own way, and ask why",
            "quick", "Chair", "2025-07-25", "Recorded in the minutes", "not-started"),
)  # fmt: skip
_PLANS_2026 = (
    PlanRow("4D", "Hold a day on trust with a facilitator from outside, before the summer",
            "quick", "Ruth Adeyemi", "2026-07-10", "Held, with eight partners present",
            "not-started"),
    PlanRow("5F", "Give half of each committee to results",
            "quick", "Chair", "2026-06-26", "Seen in the agenda", "not-started"),
    PlanRow("6F", "Look again at aims and groups within a month of each review",
            "medium", "Helen Marsh", "2026-10-30", "Note to the committee", "not-started"),
)  # fmt: skip

_2024 = DemoYear(
    name="2024",
    script=replace(_FIRST, plans=tuple(
        each._replace(deadline=f"{int(each.deadline[:4]) - 2}{each.deadline[4:]}")
        for each in _FIRST.plans
    )),
    purpose=(
        "The partnership is five years old. Before its agreement is renewed, the joint committee "
        "wants to know what works, what does not, and what to change first."
    ),
    happened="nine actions agreed; the Chamber of Trade does not answer",
    silent=frozenset({SILENT}),
    workshop={
        "3A": {
            "judgement": "Agree",
            "grounds": "Chief officers do come. Front-line teams never see them.",
            "following": "Chief officers take turns to open a team meeting of another partner",
        },
        "5D": {
            "judgement": "Strongly disagree",
            "grounds": "Five people named four different bodies.",
        },
    },
    decided={
        "4C": {"decision": "Adopt", "owner": "Communications group", "deadline": date(2024, 6, 28)},
        "3B": {"decision": "Adopt", "owner": "Jo Whitfield", "deadline": date(2024, 5, 31)},
        "5E": {"decision": "Adopt", "owner": "Executive group", "deadline": date(2024, 6, 28)},
        "5D": {"decision": "Adopt", "owner": "Morgan Hale", "deadline": date(2024, 7, 31)},
        "2B": {
            "decision": "Adopt reworded", "owner": "Helen Marsh", "deadline": date(2024, 9, 27),
            "wording": "Cut eleven aims to four, and say of each what will be better, and by when",
        },
        "5A": {"decision": "Adopt", "owner": "Martin Coles", "deadline": date(2024, 10, 31)},
        "3E": {"decision": "Adopt", "owner": SUCCEEDED, "deadline": date(2024, 12, 18)},
        "6C": {"decision": "Decline", "reason": "It is in the partnership's agreement already."},
        "3A": {"decision": "Adopt", "owner": "Ruth Adeyemi", "deadline": date(2024, 11, 29)},
        "C5C": {"decision": "Merge", "into": "5D"},
        "C6B": {
            "decision": "Adopt", "wording": "Choose five measures that residents recognise",
            "owner": "Dr Anita Rao", "deadline": date(2025, 1, 31),
            "measure": "Five measures in the quarterly report",
        },
    },
    reports=(
        {
            "4C": {
                "state": "Stopped",
                "because": "The group was closed in July. Each partner now names the others.",
            },
            "3B": {
                "state": "Done", "done_on": date(2024, 5, 28),
                "done": "A note goes to all teams within five days.",
            },
            "5E": {
                "state": "Done", "done_on": date(2024, 6, 21),
                "done": "Four groups closed. Three have an end date.",
            },
            "5D": {
                "state": "In progress", "new_deadline": date(2025, 1, 31),
                "because": "Three boards had not met by July.",
            },
            "2B": {
                "state": "Done", "done_on": date(2024, 9, 5), "done": "Four aims were agreed.",
            },
            "5A": {"state": "In progress", "done": "Six of eight partners have sent figures."},
            "3E": {"state": "Not started"},
            "C6B": {"state": "In progress", "done": "Residents were asked at the summer fair."},
        },
        {
            "5D": {
                "state": "Done", "done_on": date(2025, 1, 22), "done": "Adopted by all boards.",
            },
            "5A": {
                "state": "In progress", "new_deadline": date(2025, 6, 30),
                "because": "Two partners have still not sent figures.",
            },
            "C6B": {
                "state": "Done", "done_on": date(2025, 2, 7), "done": "Five measures chosen.",
            },
            "3A": {"state": "Done", "done_on": date(2024, 11, 20), "done": "Six visits."},
        },
    ),
)  # fmt: skip

_2025 = DemoYear(
    name="2025",
    script=replace(
        _FIRST,
        standing={"1": 0.82, "2": 0.76, "3": 0.54, "4": 0.62, "5": 0.62, "6": 0.46},
        divided={"4C": _FIRST.divided["4C"]},
        good={
            "2B": ("Four aims. Everybody I asked could name them.",),
            "3B": ("The note after each committee is read in my team.",),
            "5D": ("One page says who answers for what, and people use it.",),
            "5E": ("Fewer groups, and each knows when it ends.",),
        },
        poor={
            "5A": ("The table of contributions is a year late.",),
            "6D": ("We reviewed the hub and told nobody who works there.",),
            "4F": ("My third contact at the trust in a year.",),
            "3E": ("No deputy was ever named.",),
        },
        closing={"T2": ("Clearer than a year ago. Now tell people what the reviews find.",)},
        plans=_PLANS_2025,
    ),
    purpose="One year on: did what was agreed in 2024 change anything?",
    happened=f"{LEAVES} has left; question 3B is reworded",
    silent=frozenset({SILENT}),
    leaving=("David Ellery",),
    reworded={
        "People across every partner, and at all levels within it, see the partnership as their "
        "own.": "Staff at every level of each partner see the partnership as their own.\n"
        f'        follows: "{FIRST_VERSION}/3B"',
    },
    workshop={
        "6D": {
            "judgement": "Disagree",
            "grounds": "Nobody could name a review that had come back to those it was about.",
        },
    },
    decided={
        "4E": {"decision": "Adopt"},
        "6D": {"decision": "Adopt"},
        "4F": {"decision": "Adopt"},
        "3F": {"decision": "Decline", "reason": "The chair will speak to the partner first."},
    },
    reports=(
        {
            "5A": {
                "state": "In progress", "new_deadline": date(2025, 12, 19),
                "because": "The health trust changes its accounts in the autumn.",
            },
            "3E": {
                "state": "Done", "done_on": date(2025, 5, 2), "done": "Five deputies are named.",
            },
            "4E": {
                "state": "Done", "done_on": date(2025, 9, 5), "done": "Read in each committee.",
            },
            "6D": {"state": "In progress"},
            "4F": {"state": "Not started"},
        },
        {
            "5A": {
                "state": "Done", "done_on": date(2026, 1, 30),
                "done": "The table is in the yearly report.",
            },
            "6D": {
                "state": "Done", "done_on": date(2025, 11, 21), "done": "Two reviews were sent.",
            },
        },
    ),
)  # fmt: skip

_2026 = DemoYear(
    name="2026",
    script=replace(
        _FIRST,
        standing={"1": 0.80, "2": 0.76, "3": 0.55, "4": 0.40, "5": 0.68, "6": 0.70},
        divided={},
        good={
            "6D": ("The review of the hub came to us before it went to the committee.",),
            "5A": ("At last a table of who puts in what.",),
            "6B": ("Five measures, and the committee asks about each.",),
        },
        poor={
            "4D": ("One partner's cuts were in the press before we heard of them.",),
            "4E": ("Since the spring nobody offers anything first.",),
            "4F": ("Posts still change without a word.",),
        },
        closing={"T2": ("Better run than ever, and less trusted than two years ago.",)},
        plans=_PLANS_2026,
    ),
    purpose="The third round. The agreement is to be renewed in the autumn.",
    happened="Vale Homes has joined; question 5F is another one, and is not compared",
    leaving=(SUCCEEDED,),
    joining=JOINING,
    reworded={
        "The partnership's main focus is on process, outcomes and innovation.":
        "The committee spends more of its time on results than on process.\n"
        "        comparable: false",
    },
    workshop={
        "4D": {
            "judgement": "Strongly disagree",
            "grounds": "The cuts of the spring were not shared beforehand.",
        },
    },
    decided={
        "4D": {"decision": "Adopt"},
        "5F": {"decision": "Adopt", "owner": "Ruth Adeyemi"},
        "6F": {"decision": "Adopt"},
    },
    reports=(
        {
            "4D": {
                "state": "Done", "done_on": date(2026, 7, 3), "done": "All but one partner came.",
            },
            "5F": {
                "state": "In progress", "new_deadline": date(2026, 12, 11),
                "because": "The agenda is full until the renewal.",
            },
            "4F": {"state": "In progress", "done": "A list of contacts is kept."},
        },
    ),
)  # fmt: skip

YEARS: tuple[DemoYear, ...] = (_2024, _2025, _2026)
"""The three rounds, the first one first."""


def people_of(number: int) -> tuple[Respondent, ...]:
    """Return who is asked in a round, counted from 0."""
    people = list(RESPONDENTS)
    for year in YEARS[: number + 1]:
        people = [one for one in people if one.name not in year.leaving]
        people.extend(year.joining)
    return tuple(people)
