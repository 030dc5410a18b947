"""What partners write into the checklist for a partnership that they might join."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from xlassess.demo.scripts.script import Cell, Script

_COMMON: dict[str, Cell] = {
    "H1": "Thornmere and Vale Homes and Health Alliance",
    "H2": "The eight partners of Thornmere and Vale, three housing associations, two GP groups",
}

_BY_PARTNER: Mapping[str, Mapping[str, Cell]] = {
    "Thornmere Borough Council": {
        "H3": "No", "H4": "Ruth Adeyemi", "H5": date(2026, 3, 11),
        "H6": "Martin Coles", "H7": date(2026, 3, 19),
        "P1": "Private rented homes: damp and cold homes send people to hospital every winter.",
        "P2": "Healthy homes, the second of our four priorities: fewer homes in disrepair.",
        "P3": "We may inspect, the trust knows who falls ill. Only together is it of use.",
        "P4": "In the lead", "P5": "Yes", "P5a": "Yes",
        "P7": "£60,000 a year, one housing officer, an office at the hub; £104,000 in all.",
        "P8": "Yes", "P8a": "One visit instead of three, and homes made fit before winter.",
        "P9": "No",
        "S1": "Ruth Adeyemi", "S2": "Management team, minute 14", "S3": date(2026, 3, 24),
    },
    "Vale County Council": {
        "H3": "Don't know", "H4": "Helen Marsh", "H5": date(2026, 3, 12),
        "P1": "Adult care: people stay in hospital because their homes are not fit to return to.",
        "P2": "Independence at home. Each week saved in hospital is a week at home.",
        "P3": "Care cannot be planned apart from the home in which it is given.",
        "P4": "Major partner", "P5": "No", "P6": "Thornmere Borough Council",
        "P7": "One social worker, and £40,000 of grant in the first two years.",
        "P8": "Yes", "P8a": "Homes and care are assessed at the same visit.",
        "P9": "Yes",
        "P9a": "The Supported Living Board could; it meets twice a year and has no health members.",
    },
    "Thornmere and Vale Health Trust": {
        "H3": "Don't know", "H4": "Peter Lindqvist", "H5": date(2026, 3, 10),
        "P1": "Respiratory admissions from a few hundred known addresses.",
        "P2": "Prevention: a fifth fewer avoidable admissions by 2028.",
        "P3": "We can treat a chest; we cannot mend a roof.",
        "P4": "Major partner", "P5": "No", "P6": "Thornmere Borough Council",
        "P7": "A data analyst for one day a week and £75,000 a year from the prevention fund.",
        "P8": "Yes", "P8a": "Money for repairs goes where illness is.",
        "P9": "Don't know",
    },
    "Vale Police": {
        "H3": "No", "H4": "Karen Doyle", "H5": date(2026, 3, 13),
        "P1": "Vulnerable tenants in homes taken over by drug dealers.",
        "P2": "Protecting vulnerable people. Officers see such homes weeks before others do.",
        "P3": "We can close a door; a safe home has to come from others.",
        "P4": "Minor partner", "P5": "No", "P6": "Thornmere Borough Council",
        "P7": "Ten days a year of a neighbourhood sergeant; no money.",
        "P8": "Don't know",
        "P9": "Yes",
        "P9a": "The community safety partnership discusses the same addresses. It was not asked.",
    },
    "Vale Fire and Rescue Service": {
        "H3": "Don't know", "H4": "Lee Hargreaves", "H5": date(2026, 3, 16),
        "P1": "Fires in overcrowded houses, and in homes heated with makeshift stoves.",
        "P2": "Fewer deaths by fire at home: it puts our safety visits where the risk is highest.",
        "P3": "We get into homes that no other service sees, and know nobody to tell.",
        "P4": "Minor partner", "P5": "No", "P6": "Thornmere Borough Council",
        "P7": "Two hundred home safety visits a year, worth about £18,000.",
        "P8": "Yes", "P8a": "What our crews see at the door reaches those who can act.",
        "P9": "No",
    },
    "Voluntary Action Thornmere": {
        "H3": "No", "H4": "Grace Okafor", "H5": date(2026, 3, 17),
        "P1": "People who will not open the door to a council officer but do to a neighbour.",
        "P2": "Nobody alone in a bad home: the first aim of our plan to 2028.",
        "P3": "We bring trust and volunteers; powers and money are with others.",
        "P4": "Minor partner", "P5": "No", "P6": "Thornmere Borough Council",
        "P7": "A volunteer organiser for two days a week, if £9,000 can be found.",
        "P8": "Yes", "P8a": "People are visited by somebody they know.",
        "P9": "No",
    },
    "Thornmere College": {
        "H3": "Don't know", "H4": "David Ellery", "H5": date(2026, 3, 18),
        "P1": "Too few people are trained to repair and insulate old houses.",
        "P2": "Courses that lead to work: thirty apprentices could be placed each year.",
        "P3": "Training without real sites is theory; the alliance has the sites.",
        "P4": "Observer at first", "P5": "No", "P6": "Thornmere Borough Council",
        "P7": "Workshops and tutors within existing courses. Cost not yet worked out.",
        "P8": "Don't know",
        "P9": "No",
    },
}  # fmt: skip

CHECKLIST = Script(
    once=True,
    talk=0.8,
    write=0.0,
    standing={"Q": 0.5},
    divided={
        "Q2": {"board": 0.9, "senior": 0.9, "front": 0.9},
        "Q3": {"board": 0.9, "senior": 0.8, "front": 0.7},
        "Q11": {"board": 0.1, "senior": 0.1, "front": 0.1},
        "Q12": {"board": 0.3, "senior": 0.2, "front": 0.1},
    },
    good={
        "Q2": ("Without the health trust there is no point.",),
        "Q3": ("Agreed at the meeting in January, in one sentence.",),
        "Q5": ("Agreed but for the clause on voting.",),
    },
    poor={
        "Q1": (
            "It would be one more. The housing forum should be wound up at the same time.",
            "Nothing is said of what it replaces.",
        ),
        "Q4": ("The objectives are clear; how to measure them is not.",),
        "Q6": (
            "A plan exists for the first year only, and two posts in it are not funded.",
            "It is not yet in our service plan; that would be done in the autumn.",
        ),
        "Q7": ("To whom would it report? The committee has not been asked.",),
        "Q8": (
            "What happens if the trust and the council disagree has to be settled first.",
            "One vote each was proposed, which the larger members do not accept.",
        ),
        "Q9": (
            "The information-sharing agreement is still in draft.",
            "Health data cannot be shared under the protocol we have.",
        ),
        "Q10": ("Nobody has looked at what we would owe if grant had to be paid back.",),
        "Q11": (
            "To be signed in June at the earliest.",
            "Our lawyers have the draft.",
            "We shall not sign before the costs are known.",
        ),
        "Q12": (
            "Who would take over the two posts if the alliance ends?",
            "There is no way out in the draft.",
        ),
    },
    evidence={
        "Q2": ("List of members, 14 January 2026", "Members.docx, attached"),
        "Q3": ("Vision statement, attached",),
        "Q4": ("Objectives, draft 3",),
        "Q5": ("Terms of reference, draft of 2 March",),
        "Q6": ("Plan for the first year, attached",),
    },
    known=_COMMON,
    known_by=_BY_PARTNER,
)
"""One officer of each partner answers; H6, H7 and the sign-off stay empty until assessed."""
