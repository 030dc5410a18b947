"""The made-up partnership: who takes part, and how each sees it.

Nothing here is real. Addresses end in ``.example``, which never exists (RFC 2606, section 2).
"""

from __future__ import annotations

from datetime import date, datetime, timezone

from xlassess.assessment.slugs import slug
from xlassess.model.assessment import Assessment, Coordinator, Level, Respondent

TOOLKITS = ("pat", "melton-evaluation")
"""The toolkits played where none are chosen."""

ISSUED = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
RECEIVED = datetime(2026, 3, 30, 16, 0, tzinfo=timezone.utc)
REVIEWED = date(2026, 3, 18)

ASSESSMENT = Assessment(
    id="thornmere-demo",
    partnership="Thornmere and Vale Partnership",
    round="2026",
    toolkits=TOOLKITS,
    coordinator=Coordinator(
        "Morgan Hale", "partnerships@thornmere-council.example", "01632 960 471"
    ),
    return_by=date(2026, 3, 27),
    purpose=(
        "The partnership is five years old. Before its agreement is renewed, the joint committee "
        "wants to know what works, what does not, and what to change first."
    ),
)


def made_up_person(partner: str, name: str, level: Level) -> Respondent:
    """Return a made-up person of a partner, with an address that never exists."""
    mail = name.lower().removeprefix("dr ").replace(" ", ".")
    place = partner.lower().replace(" and ", " ").replace(" ", "-")
    return Respondent(slug(name), slug(partner), partner, name, f"{mail}@{place}.example", level)


_COUNCIL = "Thornmere Borough Council"
_HEALTH = "Thornmere and Vale Health Trust"
_POLICE = "Vale Police"
_VOLUNTARY = "Voluntary Action Thornmere"

BUNDLED = "Vale County Council"
"""The partner that sends everything in one zip file."""

SILENT = "Thornmere Chamber of Trade"
"""The partner that does not answer."""

RESPONDENTS: tuple[Respondent, ...] = (
    made_up_person(_COUNCIL, "Ruth Adeyemi", "board"),
    made_up_person(_COUNCIL, "Martin Coles", "senior"),
    made_up_person(_COUNCIL, "Jo Whitfield", "front"),
    made_up_person(BUNDLED, "Helen Marsh", "senior"),
    made_up_person(BUNDLED, "Imran Siddiqui", "front"),
    made_up_person(_HEALTH, "Dr Anita Rao", "board"),
    made_up_person(_HEALTH, "Peter Lindqvist", "senior"),
    made_up_person(_POLICE, "Karen Doyle", "senior"),
    made_up_person(_POLICE, "Tom Barrett", "front"),
    made_up_person("Vale Fire and Rescue Service", "Lee Hargreaves", "front"),
    made_up_person(_VOLUNTARY, "Grace Okafor", "board"),
    made_up_person(_VOLUNTARY, "Sam Pryce", "front"),
    made_up_person("Thornmere College", "David Ellery", "senior"),
    made_up_person(SILENT, "Fiona Blake", "board"),
)
"""Fourteen people of eight partners."""

LEAVES = "Thornmere College"
"""The partner that leaves after the first of several rounds."""

SUCCEEDED = "Peter Lindqvist"
"""The person whose place another takes before the third round."""

JOINING: tuple[Respondent, ...] = (
    made_up_person("Vale Homes", "Nadia Rahman", "senior"),
    made_up_person("Vale Homes", "Owen Blythe", "front"),
    made_up_person(_HEALTH, "Sunita Menon", "senior"),
)
"""Who is new in the third round: a partner, and a successor."""

LEVEL_LEANS: dict[str, float] = {"board": 0.14, "senior": 0.02, "front": -0.13, "": 0.0}
"""The board sees things more kindly than the front line."""
