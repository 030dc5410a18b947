"""What the made-up partners write about working better together."""

from __future__ import annotations

from xlassess.demo.scripts.script import PlanRow, Script

_GOOD = {
    "1.1": ("Written with us, not for us. That shows.",),
    "1.1a": ("The film with the four families is more convincing than any report.",),
    "2.1": ("Two portfolio holders come to every theme group.",),
    "2.3": ("They ring each other before there is a problem.",),
    "2.5": ("I trust people here whom I had never met three years ago.",),
    "2.6": ("Three people, and they hold the whole thing together.",),
    "3.1": ("Members disagree with each other without falling out.",),
    "4.2": ("The breakfast for front-line teams is worth more than the board.",),
    "6.3": ("We look at the three worst targets first, every time.",),
}

_POOR = {
    "1.1b": (
        "The census figures in it are from 2001.",
        "Health data stop at the county border, and people do not.",
        "Nobody has been asked to renew it since the analyst left.",
    ),
    "1.1c": (
        "It was written before the recession.",
        "The chapter on housing describes estates that have been pulled down.",
        "Two of its five aims have been reached.",
    ),
    "1.2": ("The agreement measures what was easy to measure.",),
    "1.3": ("I get the figures for my own service, four months late.",),
    "2.1b": ("What happens at the board is news to most councillors.",),
    "2.2": ("Scrutiny looks at the council. Nobody looks at the rest of us.",),
    "2.3a": (
        "They are honest in twos, but not around the table.",
        "Bad news is kept until the budget is settled.",
    ),
    "2.4a": ("It is clear. Ambitious it is not.",),
    "2.4b": (
        "Reports are noted. That is the word in every minute.",
        "Missing a target has never had a consequence.",
    ),
    "2.6a": (
        "The analyst's post has been vacant for a year.",
        "Skills yes, resources no.",
    ),
    "2.6b": ("They are too few to go out and ask.",),
    "3.1b": ("With forty people in the room nobody challenges anybody.",),
    "3.2a": (
        "It was the leader of the council because it always was.",
        "We never asked what others read into it.",
    ),
    "3.3": ("Look round the table: one person under forty.",),
    "3.6": ("My neighbours have never heard of us.",),
    "4.2b": (
        "Nobody here knows how it is done.",
        "We would learn what we know already, that everything goes through two people.",
    ),
    "4.4": ("We save separately and call it joint.",),
    "5.1c": ("Each theme group does it its own way.",),
    "5.2c": (
        "Finance officers meet when there is a crisis.",
        "It was tried in 2007 and ended with the grant.",
    ),
    "5.3": ("The board steers two per cent of what is spent here.",),
    "5.3a": (
        "Nobody has added it up.",
        "Each of us knows our own budget and guesses the others'.",
    ),
    "5.3b": (
        "It was begun and then given up over overheads.",
        "The county has one; the district does not.",
    ),
    "5.3c": ("Needs are mapped by ward, services by catchment area. They do not match.",),
    "5.4": (
        "We plan by our own inspectors' calendars.",
        "Our planning year begins in April, theirs in October.",
        "There is no benefit in it for us that our board could see.",
    ),
    "6.1": ("There is a framework, but only for the executive level.",),
    "6.1a": (
        "I could not draw it.",
        "Those who have been here ten years understand it.",
    ),
    "6.2": (
        "A policy was written; it has no owner.",
        "Quality of data is everybody's concern and nobody's task.",
    ),
    "6.2a": ("The police and the trust follow their own rules.",),
    "6.2b": (
        "Local indicators were added in a hurry.",
        "There are protocols for national data only.",
    ),
    "6.3a": ("It is decided outside the board and reported to it.",),
    "6.3b": (
        "We learned of the grant when it had been spent.",
        "A mechanism has been promised since the first payment.",
    ),
    "6.5": ("Nobody has ever said what a board meeting costs.",),
    "7.2": ("Four systems, and a spreadsheet that joins them by hand.",),
    "7.4a": (
        "The operational level hears of it when the contract is let.",
        "Roles were described for one service only.",
    ),
    "7.4b": (
        "Providers report to whoever pays them.",
        "Each contract has measures of its own.",
    ),
    "7.6": (
        "We looked at two neighbours once, informally.",
        "Benchmarking was planned and then cut.",
        "We have nobody with the time to do it.",
    ),
}

_BOXES = {
    "1.2a": ("Transport for people without a car.", "Work for those aged sixteen to nineteen."),
    "1.2b": ("Climate: three partners act on it, without any target.",),
    "1.3a": ("One data officer for all of us.", "Agree definitions first, systems afterwards."),
    "1.3b": ("One page, five figures, in plain words.",),
    "1.3c": ("We ask the same families the same questions five times. Once would do.",),
    "2.1a": ("Invite ward members when their ward is on the agenda.",),
    "2.3b": ("In private, and well. It should also happen at the board.",),
    "2.3c": ("Each chief executive has a partner's chief executive as a mentor.",),
    "3.1a": ("The first hour has no papers.", "Items for information come by post."),
    "3.1c": ("The executive group decides, the theme groups propose; it works on paper.",),
    "3.1d": ("Meet where the services are, not in the council chamber.",),
    "3.2": ("By custom. The leader of the council takes the chair.",),
    "3.2b": ("Nothing is arranged.",),
    "3.3a": ("Through two parish councillors, who do what they can.",),
    "3.4a": ("Health and police most; business hardly at all.",),
    "3.4b": ("Once a year without an agenda, for a day, with the front line.",),
    "3.5": ("District and county boards share one officer and one calendar.",),
    "3.5b": ("Joint meetings of both boards twice a year have saved six.",),
    "3.6a": ("A yearly report of eight pages, and an open day at the hub.",),
    "4.1": ("By asking each partner in May what it will bring.",),
    "4.1a": ("By keeping small promises.", "By meeting at each other's places in turn."),
    "4.2a": ("Breakfasts, a list of who is who, and a shared canteen.",),
    "4.3a": ("It was used once, for falls at home. It showed two steps that nobody did.",),
    "4.4a": ("A survey of buildings; the results have not been discussed.",),
    "4.4b": ("It brought the property managers together. They now meet by themselves.",),
    "5.1a": ("It reads it. I know of one decision that came of it.",),
    "5.1b": ("Operational groups use it each week; executive groups each quarter.",),
    "5.2a": ("Hardly. The board sees the grant, not the mainstream.",),
    "5.2b": ("By moving officers rather than money.",),
    "6.6a": ("The pooled budget for equipment halved the waiting time.",),
    "7.1": ("Each member reports to its own board, some in writing.",),
    "7.2a": ("By patience, and a note of what each is bound by.",),
    "7.5a": ("A written answer within two months, published.",),
    "7.7a": ("Finance officers spent a day with each other. It should be repeated.",),
    "7.8a": ("Two service plans quote the same target for the first time.",),
    "7.8b": ("By beginning with something small that both sides wanted.",),
    "8.1": (
        "The information-sharing agreement, and the will to use it.",
        "Show what changed. We do more good than we can prove.",
        "A board half the size.",
        "Look at all the money, not only at the grant.",
    ),
    "8.1a": ("By asking each board to adopt the three priorities in its own name.",),
    "8.1b": ("An analyst, for two years.", "Staff time that is not taken back in March."),
    "8.1c": ("Help from the county's statisticians.",),
}

BETTER_TOGETHER = Script(
    talk=0.3,
    write=0.25,
    standing={
        "1": 0.62, "2": 0.64, "3": 0.56, "4": 0.6, "5": 0.45, "6": 0.48, "7": 0.42,
    },
    divided={
        "1.1c": {"board": 0.1, "senior": 0.6, "front": 0.8},
        "2.3a": {"board": 1.0, "senior": 0.9, "front": 0.2},
        "3.1": {"board": 1.0, "senior": 0.8, "front": 0.3},
        "4.2b": {"board": 0.9, "senior": 0.7, "front": 0.7},
    },
    good=_GOOD,
    poor=_POOR,
    boxes=_BOXES,
    plans=(
        PlanRow("1.1b", "Renew the evidence base with the county's statisticians",
                "medium", "Helen Marsh", "2026-11-27", "New evidence base adopted", "not-started"),
        PlanRow("5.3b", "Finish the map of public spending in the district",
                "medium", "Martin Coles", "2026-12-18", "Map before the board", "in-progress"),
        PlanRow("2.4b", "Begin each board meeting with the three worst targets",
                "quick", "Chair", "2026-05-20", "First item of every agenda", "not-started"),
        PlanRow("3.2b", "Agree how the chair is chosen, and for how long",
                "quick", "Morgan Hale", "2026-06-19", "Rule in the terms of reference",
                "not-started"),
        PlanRow("6.2b", "Write protocols for local indicators",
                "medium", "Peter Lindqvist", "2026-10-09", "Protocols signed", "not-started"),
        PlanRow("7.6", "Compare ourselves with two neighbouring partnerships",
                "long", "Morgan Hale", "2027-05-28", "Report to the committee", "not-started"),
    ),
)  # fmt: skip
