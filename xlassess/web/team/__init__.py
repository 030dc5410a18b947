"""The desk for a team: accounts, roles, sessions and several assessments, behind a proxy."""
