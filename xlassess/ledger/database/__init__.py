"""Opening a database, bringing it up to date, and copying it."""
