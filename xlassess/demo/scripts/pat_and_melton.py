"""What the made-up partners write into pat and melton-evaluation, each sentence once."""

from __future__ import annotations

from xlassess.demo.scripts.script import PlanRow

GOOD: dict[str, tuple[str, ...]] = {
    "1A": (
        "The flood response two years ago showed what we can do when nobody asks whose job it is.",
        "Five years of joint commissioning speak for themselves.",
        "Our board members name the joint work first when asked what went well.",
    ),
    "1B": ("One duty officer and one number to ring: that is what made the flood response work.",),
    "1E": ("None of us could have opened the hub alone.",),
    "2B": ("The one-page statement of aims is on the wall of every office I visit.",),
    "2D": ("The new outcomes for young people are clear and can be counted.",),
    "3A": ("Chief officers come in person and stay to the end.",),
    "3C": ("We kept our contribution although our own budget was cut.",),
    "4B": ("The chair makes sure that small organisations are heard first.",),
    "4D": ("We were told bad news early, and that built trust.",),
    "5A": ("The shared budget sheet has ended the old arguments about who pays.",),
    "5E": ("The task group on rough sleeping had six months, a brief and an end. More like that.",),
    "6C": ("The yearly review day was the most useful meeting of the year.",),
    "6E": ("Our newsletter on joint successes is read well beyond the partnership.",),
    "1.3": ("We are the only place in the county where health and housing plan together.",),
    "1.6": ("The hub sees people within two days. Before, it took three weeks.",),
    "2.4": ("The support team is small and excellent.",),
    "3.2": ("Papers come in large print without our having to ask.",),
    "3.3": ("The chair asks the quiet ones first.",),
    "4.1": ("Three good ideas of last year came from other partnerships.",),
}
"""Comments on items that are doing well, by item."""

POOR: dict[str, tuple[str, ...]] = {
    "1A": ("Most of what we achieved goes back to one programme that has since ended.",),
    "1C": ("I could not say which barriers the partnership has agreed to work on.",),
    "2B": ("There are eleven aims. Nobody could list them without looking.",),
    "2C": ("The aims were realistic before the last two budget rounds; they are not now.",),
    "2D": ("Service users were not asked what better would look like.",),
    "3A": ("Our chief officer has not been to a meeting this year.",),
    "3B": (
        "My team learns of decisions weeks later, if at all.",
        "At the top there is commitment. Below the second tier it is a rumour.",
    ),
    "3E": ("It all hangs on two people, and one of them retires next year.",),
    "3F": ("Nothing happens when a partner goes its own way.",),
    "4C": ("The smaller partners do a good deal of the work and see little of the credit.",),
    "4E": ("We share good news freely and risks hardly ever.",),
    "4F": ("Posts change hands so often that trust has to start again each time.",),
    "5A": ("I do not know what the other partners put in, in money or in kind.",),
    "5C": ("Two partners believe they lead on prevention.",),
    "5D": (
        "Who answers for the whole is unclear: the committee, the executive group or the chair?",
    ),
    "5E": ("Four sub-groups have no end date and no task left.",),
    "5F": ("We report on process in great detail and on results hardly at all.",),
    "6B": ("We measure what the funders ask for, not what we want to know.",),
    "6C": ("Targets are reviewed; how we work together never is.",),
    "6D": ("Reviews are written, filed and not seen again by those they are about.",),
    "2.1": ("The plan was agreed first and costed afterwards.",),
    "2.6": ("I did not know that the partnership had an end date.",),
    "3.4": ("Votes are rare, and so are reports to those affected.",),
    "3.5": ("I looked for the minutes and gave up.",),
    "4.2": ("Nobody has ever asked what I can do.",),
    "4.4": ("Two members left last year. Nobody asked them why.",),
    "5.1": ("Forty-five indicators, and no date against any of them.",),
    "5.3": ("The same three actions have been overdue since the autumn.",),
    "5.5": ("The information-sharing agreement has been in draft for two years.",),
}
"""Comments on items that are doing badly, by item."""

BOXES: dict[str, tuple[str, ...]] = {
    "1a": (
        "Agreeing three priorities for the year, and keeping to them.",
        "Acting together at short notice, as in the floods.",
        "Bringing residents into the design of the new hub.",
    ),
    "1b": (
        "Saying no. We take on more than we can carry.",
        "Linking the long-term vision to what teams do on a Monday morning.",
        "Telling residents what came of what they told us.",
    ),
    "1c": ("One referral form instead of seven.", "A joint duty desk at the hub."),
    "1d": ("Publish a short yearly account of results.", "Ask service users each spring."),
    "1e": ("Community connectors employed by one partner and directed by another.",),
    "1f": ("Stop launching pilots without deciding what follows them.",),
    "2a": ("Papers come a week ahead, and minutes within three days.",),
    "2b": (
        "Plans are agreed before anyone has costed them.",
        "Half of our meetings could be an e-mail.",
        "Members should report back to their own organisations; few do.",
    ),
    "2c": ("A shared calendar, so that meetings no longer clash.",),
    "2d": ("Set an end date for every sub-group.", "Cost every action before it is agreed."),
    "2e": ("Decisions between meetings by a written note that anyone can stop.",),
    "2f": ("Stop presenting papers that everybody has read.",),
    "3a": (
        "The chair draws everyone in.",
        "Travel costs of voluntary members are paid without fuss.",
    ),
    "3b": (
        "Private business and young people are hardly represented.",
        "Minutes are public, but nobody can find them.",
    ),
    "3c": ("Meetings now move round the district.",),
    "3d": ("Put minutes on a page that can be found by searching.", "Invite the youth council."),
    "3e": ("A residents' panel that comments on papers before we decide.",),
    "3f": ("Stop meeting on weekday mornings only.",),
    "4a": ("We visit other partnerships and bring ideas back.",),
    "4b": (
        "Ask people who leave why they do.",
        "Nobody knows which skills the members have.",
        "Lessons are written up and then forgotten.",
    ),
    "4c": ("A short learning review after each project.",),
    "4d": ("Keep a simple list of who knows what.", "Exchange staff for a week a year."),
    "4e": ("Peer challenge with a partnership from another county.",),
    "4f": ("Stop commissioning evaluations that come after the decision.",),
    "5a": ("Finance reports are clear and come every quarter.",),
    "5b": (
        "Milestones exist, but nobody is asked why one was missed.",
        "Data takes four months to reach those who need it.",
        "Promises are made in the meeting and forgotten in the car park.",
    ),
    "5c": ("A single action log with names and dates.",),
    "5d": (
        "Open each meeting with the actions that are overdue.",
        "Agree five measures and drop the other forty.",
    ),
    "5e": ("Two partners share one performance analyst.",),
    "5f": ("Stop reporting measures that never change a decision.",),
}
"""What is written into the free-text boxes of melton-evaluation, by item."""

OVERALL = (
    "Good people and good will, held back by muddled arrangements.",
    "Worth renewing, provided we settle who answers for what.",
    "Better than any partnership I have worked in; it could still be simpler.",
    "From where I stand the partnership is mostly meetings.",
    "We achieve more than we can show.",
)
"""Closing remarks of the Partnership Assessment Tool (item T2)."""

PROPOSALS = (
    "Carry on for three years, with one executive group instead of four sub-groups, a shared "
    "budget statement each quarter, and a review of results in March 2028.",
    "Carry on, but only with a signed information-sharing agreement by the autumn. Without it "
    "our part in the hub cannot be justified to our board.",
    "Change our part: lead on prevention, leave the transport group, and report yearly on five "
    "measures that residents recognise.",
)
"""Proposals to the management team of melton-evaluation."""


PLANS: dict[str, tuple[PlanRow, ...]] = {
    "pat": (
        PlanRow("5D", "Write down on one page who answers for what, and have every board adopt it",
                "quick", "Morgan Hale", "2026-06-30", "Adopted by all eight boards", "not-started"),
        PlanRow("5E", "Close sub-groups that have no task left; give the others an end date",
                "quick", "Executive group", "2026-05-29", "No group without brief and end date",
                "in-progress"),
        PlanRow("5A", "Publish each partner's contribution in money and in kind",
                "medium", "Martin Coles", "2026-10-30", "Table in the yearly report",
                "not-started"),
        PlanRow("3E", "Name a deputy for each key role and hand over for one meeting in three",
                "medium", "All partners", "2026-12-18", "Deputies named and seen at meetings",
                "not-started"),
        PlanRow("3B", "Brief front-line teams within a week of every committee",
                "quick", "Jo Whitfield", "2026-05-01", "Note sent within seven days",
                "in-progress"),
        PlanRow("2B", "Cut eleven aims to four and say for each what will be better, and for whom",
                "medium", "Helen Marsh", "2026-09-25", "Four aims agreed in committee",
                "not-started"),
        PlanRow("6C", "Repeat this assessment each spring and publish what changed",
                "long", "Morgan Hale", "2027-04-30", "Second round done", "not-started"),
        PlanRow("4C", "Credit all partners by name in reports and press notices",
                "quick", "Communications group", "2026-04-30", "Checked each quarter", "done"),
    ),
    "melton-evaluation": (
        PlanRow("5.5", "Sign the information-sharing agreement",
                "medium", "Peter Lindqvist", "2026-09-30", "Signed by all partners", "in-progress"),
        PlanRow("2.6", "Put the lifetime of the partnership on the agenda once a year",
                "quick", "Chair", "2026-06-12", "Recorded in the minutes", "not-started"),
        PlanRow("3.5", "Put minutes and papers on one public page",
                "quick", "Morgan Hale", "2026-05-15",
                "Found by a search for the partnership's name",
                "not-started"),
        PlanRow("4.4", "Ask everyone who leaves why, and report the reasons each year",
                "medium", "Sam Pryce", "2026-11-27", "Yearly note to the committee", "not-started"),
        PlanRow("5.1", "Replace forty-five measures by five",
                "medium", "Executive group", "2026-10-16", "Five measures in the quarterly report",
                "not-started"),
        PlanRow("1.4", "Ask service users each spring and answer them by summer",
                "long", "Grace Okafor", "2027-07-30", "Published question and answer",
                "not-started"),
        PlanRow("5.3", "Open each meeting with overdue actions",
                "quick", "Chair", "2026-04-24", "First item of every agenda", "in-progress"),
    ),
}  # fmt: skip
"""Actions by toolkit; each is entered by one respondent. Deadlines are days in ISO form."""
