"""What was issued, returned and decided."""

from xlassess.ledger.archive import Kept, keep_file, kept_files
from xlassess.ledger.audit import Audit, Fault
from xlassess.ledger.database.copying import LedgerCopied
from xlassess.ledger.reads import RoundOverview
from xlassess.ledger.store import Ledger, user_name
from xlassess.ledger.tables.events import Event
from xlassess.ledger.tables.order import UNCLEAR

__all__ = [
    "UNCLEAR",
    "Audit",
    "Event",
    "Fault",
    "Kept",
    "Ledger",
    "LedgerCopied",
    "RoundOverview",
    "keep_file",
    "kept_files",
    "user_name",
]
