"""What the made-up partners write about the six hallmarks."""

from __future__ import annotations

from xlassess.demo.scripts.script import Script

HALLMARKS = Script(
    talk=0.55,
    standing={"1": 0.74, "2": 0.6, "3": 0.7, "4": 0.52, "5": 0.46, "6": 0.64},
    divided={
        "1.10": {"board": 0.95, "senior": 0.6, "front": 0.2},
        "4.5": {"board": 0.7, "senior": 0.3, "front": 0.1},
        "1.2": {"board": 1.0, "senior": 1.0, "front": 1.0},
    },
    good={
        "1.2": ("Chief officers come themselves, and stay until the end.",),
        "1.6": ("The calendar for the year is out by January.",),
        "1.8": ("Every action has a name beside it.",),
        "2.7": ("The residents' survey and the crime figures point the same way this year.",),
        "2.9": ("The joint list of people most at risk is the best thing we have made.",),
        "3.2": ("Joint patrols and joint visits are now the rule.",),
        "3.6": ("When the river rose, groups were regrouped in a day.",),
        "6.1": ("New members are given an hour with the chair.",),
        "6.12": ("Domestic abuse and rural transport, both with the neighbouring county.",),
    },
    poor={
        "1.4": (
            "Nobody knows how the chair could be reviewed, the chair included.",
            "It was put off when the last chair left, and then forgotten.",
        ),
        "1.5": ("We have talked about it twice and settled nothing.",),
        "1.7": ("Three groups dispute who signs off spending; no protocol says.",),
        "1.9": ("Owners are named for actions, but not for the plans.",),
        "1.10": (
            "Questions are taken as criticism.",
            "We are polite. Nobody asks why a target was missed.",
        ),
        "1.13": ("The arrangements are in draft.",),
        "1.14": (
            "Staff refuse to share when in doubt, and they are always in doubt.",
            "The last training was before the law changed.",
        ),
        "2.1": ("It has been in draft for two years.",),
        "2.2": ("Housing associations asked to join and have had no answer.",),
        "2.5": ("Our priorities reach the county if somebody happens to be in the room.",),
        "2.10": ("Progress is described; it is not measured.",),
        "2.13": ("New issues go to whoever shouts.",),
        "2.14": ("We evaluate what funders tell us to.",),
        "2.15": ("Evaluation begins when the project ends.",),
        "2.16": (
            "No money and no time are set aside.",
            "One analyst, shared by five groups, for one day a week.",
        ),
        "3.1": ("Two of five priorities have no budget.",),
        "3.3": ("The plan is on a website that nobody finds.",),
        "3.5": ("Two groups deliver; two others meet.",),
        "4.1": ("What people said in May did not reach the plan that was printed in June.",),
        "4.2": ("We ask those who come. They are the same every time.",),
        "4.4": ("We have no idea how young people hear about us, if they do.",),
        "4.5": (
            "Forty pages, no summary, English only.",
            "I gave the plan to my neighbour. She asked what it was about.",
        ),
        "4.6": ("Diverse groups are invited to celebrate, not to solve problems.",),
        "5.2": ("Meetings are at ten in the morning, upstairs, without a lift.",),
        "5.3": ("Dates are put up in the town hall, inside.",),
        "5.4": (
            "People who answered the survey were never told what came of it.",
            "There was a newsletter until 2024.",
        ),
        "5.5": ("I know how my own agency engages, and that is all.",),
        "5.6": ("Missed milestones are moved.",),
        "5.7": ("Value for money is mentioned at the beginning and never again.",),
        "5.9": ("Evaluations go to the funder and into a drawer.",),
        "6.2": ("Three of us believed that we lead on prevention.",),
        "6.3": ("The members' list still names two people who have retired.",),
        "6.7": ("We hear organisations, not people.",),
        "6.8": ("No one follows new law for the partnership as a whole.",),
        "6.10": ("The analysts sit in two partners, and the others wait.",),
        "6.14": ("I had never heard of a model for solving problems.",),
        "6.15": ("We learn from accidents, not from evaluations.",),
    },
)
