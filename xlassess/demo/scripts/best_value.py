"""What the made-up partners write into the two Best Value matrices."""

from __future__ import annotations

from collections.abc import Mapping

from xlassess.demo.scripts.script import PlanRow, Script

_OWN_GROUNDS = (
    "",
    "I asked two colleagues, who see it the same way.",
    "The statements on our own staff weighed most with me.",
    "It was better in some years and worse in others; this is where we stand now.",
    "Last year I should have said the same.",
)
_SHARED_GROUNDS = (
    "",
    "I go by what reaches my own organisation.",
    "My colleagues would say much the same.",
    "I have only two years to judge by.",
    "The weakest statements weighed most with me.",
    "That is what the minutes show, and what I hear.",
    "I looked for an example of the contrary and found one.",
    "Others who know more may judge otherwise.",
)


def _reasons(
    by_area: Mapping[str, tuple[str, str]], grounds: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Return reasons for everybody: each area's two, alone and with each further ground."""
    return {
        f"{area}-area": tuple(f"{reason} {ground}".strip() for reason in two for ground in grounds)
        for area, two in by_area.items()
    }


ORGANISATION = Script(
    once=True,
    talk=0.75,
    write=0.6,
    standing={"1": 0.72, "2": 0.58, "3": 0.42, "4": 0.5, "5": 0.45, "6": 0.62, "7": 0.3},
    good={
        "1.1": (
            "Our chief executive opens every staff conference with the partnership's aims.",
            "The vision hangs in the canteen and is in our induction pack.",
        ),
        "1.2": ("Two directors sit on theme groups and have done so for four years.",),
        "1.5": (
            "Heads of service are appraised on what they do for the partnership.",
            "Middle managers stand in for directors and speak with authority.",
        ),
        "2.1": ("Our corporate plan repeats the partnership's outcomes word for word.",),
        "2.3": ("The scheme of delegation names who may commit us, and up to what sum.",),
        "3.3": ("Our needs assessment is shared with everyone and renewed every two years.",),
        "4.1": ("Twelve of our own measures are the partnership's, and reviewed each quarter.",),
        "6.1": ("Service plans must state which shared outcome each project serves.",),
        "6.3": ("Joint projects are in the same tracking system as our own.",),
    },
    poor={
        "2.4": ("A complaint about a joint service still goes round in circles.",),
        "2.5": (
            "Our risk register does not mention the partnership at all.",
            "We log risks to ourselves, not the risks we share.",
        ),
        "3.1": ("We talk about engagement more than we do it.",),
        "3.5": (
            "Communities are asked once the decision is drafted.",
            "A residents' panel was agreed in principle and never set up.",
        ),
        "3.6": ("We have no budget for helping community groups to take part.",),
        "3.10": ("We have never asked communities how they see us.",),
        "4.2": ("We can show what we did, hardly ever what it changed.",),
        "5.3": (
            "Front-line staff do not know what they may pass on, so they pass on nothing.",
            "Our case system cannot exchange anything with the others.",
        ),
        "5.4": ("Half of our records lack a postcode.",),
        "7.1": (
            "Finance and service planning meet once a year, in February, too late for both.",
        ),
        "7.2": ("We know what we pay in, not what the shared work costs us.",),
        "7.9": (
            "Savings are planned house by house.",
            "Nobody has agreed a joint target, so nobody misses one.",
        ),
        "7.10": ("Our workforce plan ends at our own front door.",),
        "7.11": ("Three of our buildings have empty desks; a partner rents next door.",),
        "7.12": ("What systems we shall need has not been asked.",),
        **_reasons(
            {
            "1": (
                "Leaders are there when it matters; below them it depends on the person.",
                "Two of five questions turn on what members do, and they do little.",
            ),
            "2": (
                "Roles are clear on paper. Complaints and shared risk are not.",
                "The scheme works; nobody outside the board could explain it.",
            ),
            "3": (
                "We ask people, and late. That weighs more than the good intentions.",
                "The panel that was agreed is the one thing that would change this.",
            ),
            "4": (
                "We measure activity well and what it changed hardly at all.",
                "Reports are honest, and few read them.",
            ),
            "5": (
                "The needs assessment is good; what we know about people stays in our systems.",
                "Sharing at the front line decides this area, and it does not happen.",
            ),
            "6": (
                "Priorities are shared, and our own plans say so.",
                "Agreed upwards, less so downwards.",
            ),
            "7": (
                "Money, staff and buildings are still planned house by house.",
                "There is no joint target for anything we spend.",
            ),
            },
            _OWN_GROUNDS,
        ),
    },
    evidence={
        "1.1": ("Induction pack, page 3", "Speech at the staff conference, May 2025"),
        "1.5": ("Appraisal form for heads of service",),
        "2.1": ("Corporate plan 2025-28, chapter 2",),
        "2.3": ("Scheme of delegation, schedule C",),
        "2.5": ("Corporate risk register, January 2026",),
        "3.3": ("Joint needs assessment 2025",),
        "4.1": ("Quarterly performance report, Q3",),
        "5.3": ("Draft information-sharing agreement, version 7",),
        "6.1": ("Service plan template, section 4",),
        "7.4": ("Budget book 2026, note 11",),
        "7.11": ("Asset register, extract of February 2026",),
    },
    boxes={
        "8.1": (
            "Fewer people who need us in a crisis, because we reached them before.",
            "Safer streets in the two wards where people feel least safe.",
        ),
        "8.2": (
            "Emergency admissions of people over 75, and the yearly residents' survey.",
            "Repeat calls to the same address within twelve months.",
        ),
        "8.3": ("The baseline is 2023. Two measures were redefined since and cannot be compared.",),
        "8.4": (
            "Waiting times at the hub fell from three weeks to two days.",
            "Too early to say, and we should say so.",
        ),
        "8.5": ("A joint outreach team began in January; it will be evaluated after a year.",),
        "8.6": ("The hub is the real example. Everything else is sharing a car park.",),
        "8.7": ("We were sent the agreement to sign. The second round was better.",),
    },
    plans=(
        PlanRow("2.5", "Enter shared risks into our own risk register and name an owner for each",
                "quick", "Risk officer", "2026-05-29", "Register approved by the audit committee",
                "not-started"),
        PlanRow("5.3", "Train every front-line team in what may be shared, with whom and how",
                "medium", "Data protection officer", "2026-11-30", "Nine in ten staff trained",
                "in-progress"),
        PlanRow("7.11", "Offer empty desks to partners before leases run out",
                "quick", "Head of property", "2026-06-30", "List of space sent to all partners",
                "not-started"),
        PlanRow("3.5", "Bring drafts to residents before they are settled",
                "medium", "Head of communities", "2026-12-11", "Three drafts a year discussed",
                "not-started"),
        PlanRow("7.2", "Work out what the shared work costs us, staff time included",
                "medium", "Finance director", "2026-10-30", "Figure in the budget papers for 2027",
                "not-started"),
        PlanRow("7.10", "Draw up one workforce plan with the health trust",
                "long", "Head of personnel", "2027-09-30", "Plan adopted by both boards",
                "not-started"),
    ),
)  # fmt: skip
"""The matrix each organisation fills in for itself."""

PARTNERSHIP = Script(
    talk=0.5,
    write=0.25,
    standing={"1": 0.7, "2": 0.55, "3": 0.45, "4": 0.48, "5": 0.4, "6": 0.6, "7": 0.28},
    divided={
        "1.2": {"board": 1.0, "senior": 0.7, "front": 0.1},
        "3.10": {"board": 0.9, "senior": 0.4, "front": 0.05},
    },
    good={
        "1.1": ("Leaders say the same thing in the same words, and mean it.",),
        "1.3": ("Members of three councils now sit on theme groups.",),
        "1.5": ("Senior managers lend us their best people without being asked twice.",),
        "2.1": ("Everybody signed the one-page statement, and everybody can recite it.",),
        "2.3": ("The organisation chart of last autumn settled a good deal.",),
        "4.4": ("The yearly report has become readable.",),
        "6.1": ("Each priority has one lead and one date.",),
        "6.3": ("Nine of ten actions of last year's plan were carried out.",),
    },
    poor={
        "1.2": ("The same eight people come, and the other twenty send apologies.",),
        "2.4": ("Challenge is heard politely and then forgotten.",),
        "2.5": ("There is a risk register. It was last opened in 2024.",),
        "2.6": ("We have no plan for the day our chair steps down.",),
        "3.5": (
            "Communities comment; they do not decide.",
            "Decisions are explained to residents very well, afterwards.",
        ),
        "3.8": ("We count meetings held, not what they led to.",),
        "3.10": (
            "People at our stall had never heard of the partnership.",
            "Residents tell us that they tell us the same thing every year.",
        ),
        "4.2": ("We cannot say what would be different had we never met.",),
        "4.3": ("Figures arrive four months late, and nobody acts on old figures.",),
        "5.3": ("Without a signed agreement, my team picks up the telephone and hopes.",),
        "5.4": ("Three partners count the same households in three ways.",),
        "6.4": ("Our plans have left no mark on what partners do day to day.",),
        "7.1": ("Priorities are set in June, budgets in February, and they never meet.",),
        "7.3": ("The two largest partners settle the money between them.",),
        "7.5": ("It is not written down who may spend what.",),
        "7.8": ("Sustainability has a heading in the plan and nothing below it.",),
        "7.9": ("We have no joint target for savings, only separate ones that add up to a cut.",),
        "7.11": ("Six partners run six buildings within one mile.",),
        "7.12": ("We exchange spreadsheets by e-mail.",),
        **_reasons(
            {
            "1": (
                "The forum decides now, which it did not a year ago.",
                "Strong at the top, uneven among members.",
            ),
            "2": (
                "Sound rules. Challenge from within is still polite.",
                "Accountability is clear; complaints are the gap.",
            ),
            "3": (
                "Communities are represented, and their views arrive too late.",
                "Much activity, little influence.",
            ),
            "4": (
                "Good reports that lead to few decisions.",
                "Impact is claimed more often than shown.",
            ),
            "5": (
                "We hold the same data in six places.",
                "Needs are known. Protocols hold back what could be shared.",
            ),
            "6": (
                "Plans fit together at the top and part below.",
                "Responsibility is named; nobody asks afterwards.",
            ),
            "7": (
                "Resources are promised a year at a time.",
                "Efficiency is talked about and not yet planned.",
            ),
            },
            _SHARED_GROUNDS,
        ),
    },
    evidence={
        "1.1": ("Statement of aims, signed March 2025",),
        "1.3": ("Membership list of theme groups",),
        "2.1": ("Statement of aims; minutes of 12 March 2025",),
        "2.3": ("Organisation chart, October 2025",),
        "2.5": ("Partnership risk register, 2024",),
        "3.3": ("Joint needs assessment, 2025",),
        "4.1": ("Performance framework, annex B",),
        "4.4": ("Annual report 2025",),
        "5.1": ("Data inventory, draft",),
        "6.1": ("Delivery plan 2025-28, page 6",),
        "6.3": ("Action log, closing report 2025",),
        "7.4": ("Budget statement of the executive group",),
        "7.6": ("Quarterly statement, December 2025",),
    },
    boxes={
        "8.1": (
            "Longer healthy lives, safer homes, more young people in work: three outcomes, chosen "
            "in 2023 from the needs assessment and the residents' survey.",
            "I know the three outcomes; I could not say why it is those three.",
        ),
        "8.2": (
            "Eleven indicators, of which four measure an outcome and seven an activity.",
            "Case studies would say more than our indicators do.",
        ),
        "8.3": ("Baselines are sound for health and weak for work.",),
        "8.4": (
            "Falls at home are down by a fifth since the joint visits began.",
            "Fewer young people out of work, as everywhere; I would not claim it for us.",
        ),
        "8.5": ("Money follows need in two of five programmes.",),
        "8.6": (
            "One front desk at the hub, one referral form, one rota for duty officers.",
            "We share premises. We do not yet share work.",
        ),
        "8.7": ("The second agreement was written together; the first was written for us.",),
    },
    plans=(
        PlanRow("2.5", "Open the risk register at every second meeting of the executive group",
                "quick", "Morgan Hale", "2026-05-22", "Reviewed register in the minutes",
                "in-progress"),
        PlanRow("7.5", "Write down who may spend what, and up to which sum",
                "quick", "Martin Coles", "2026-06-26", "Scheme of delegation adopted",
                "not-started"),
        PlanRow("5.4", "Agree one way of counting households",
                "medium", "Helen Marsh", "2026-10-30", "One figure in all reports", "not-started"),
        PlanRow("3.10", "Ask communities once a year how they see us, and publish the answer",
                "medium", "Grace Okafor", "2026-11-20", "Survey published", "not-started"),
        PlanRow("7.1", "Move the setting of priorities to the autumn, before budgets",
                "medium", "Executive group", "2026-12-04", "Priorities agreed by November",
                "not-started"),
        PlanRow("7.11", "Draw up one plan for the six buildings within one mile",
                "long", "Peter Lindqvist", "2027-10-29", "Joint asset plan adopted", "not-started"),
        PlanRow("4.3", "Report the five main figures monthly, within two weeks",
                "medium", "Karen Doyle", "2026-09-30", "Two months running on time", "not-started"),
    ),
)  # fmt: skip
"""The matrix everybody fills in for the partnership."""
