"""The text of a new assessment's files."""

from __future__ import annotations

from collections.abc import Iterable

_SETTINGS = """\
# An assessment: one partnership assessing itself in one round.
# Fill in what is empty, save, enter the respondents in partners.xlsx, and run
#     xlassess generate
# A line that begins with # is a remark. Indent with spaces, never with tabs.

# A short name for this assessment: small letters, digits and hyphens. It is sealed into every
# workbook, so do not change it once workbooks have gone out.
id: {id}

# The name of the partnership, as it appears on the cover of every workbook.
partnership:

# The round, such as 2026 or 2026-spring. Change it when the partnership assesses itself again;
# the rounds before stay on record.
round:

# The toolkits to use, one per line. These come with xlassess:
{toolkits}
# A toolkit of your own goes into the folder toolkits/ beside this file, as ID.yaml.
toolkits:
  - {first}

# The person who runs the assessment and whom partners may ask. E-mail and telephone appear in
# every workbook; leave out what should not.
coordinator:
  name:
  email:
  phone:

# The day by which workbooks are to be returned, as year-month-day: 2026-03-31. May be left empty.
return_by:

# What the assessment is for, in a sentence or two for the cover. May be left empty.
purpose:

# The protective marking printed at the head and foot of every page.
marking: OFFICIAL

# How the summary names partners:
#   named        by their names
#   lettered     as Partner A, Partner B ...; only the coordinator knows who is who
#   aggregated   not at all; only figures over all respondents
attribution: named

# Where partners are not named: no figure is shown that rests on fewer respondents than this.
minimum_group: 3

# Who may work in this folder. Usually one person: what came back and the secret are readable by
# that person alone. With true, the group that the folder belongs to may do everything.
shared: false

# Some toolkits suggest by a written rule how to go on from the scores: pat suggests one of three
# scenarios. Where you and the partners choose another, name it here with the reason. The summary
# then shows your choice, the reason, and what the rule suggests. Take away the # to use it.
# scenarios:
#   pat:
#     scenario: C
#     because: two partners have given notice since the answers came in
"""

GITIGNORE = """\
# Keep these out of version control: the secret that seals workbooks, and what people answered.
.secret
ledger.db*
outbox/
returns/
output/
"""


def settings_text(assessment_id: str, toolkits: Iterable[tuple[str, str]]) -> str:
    """Return a new assessment.yaml, each field explained.

    Args:
        assessment_id: the id to begin with.
        toolkits: id and title of each toolkit that can be used; the first is entered.
    """
    known = list(toolkits)
    width = max(len(name) for name, _ in known)
    lines = "\n".join(f"#   {name:<{width}}   {title}" for name, title in known)
    return _SETTINGS.format(id=assessment_id, toolkits=lines, first=known[0][0])
