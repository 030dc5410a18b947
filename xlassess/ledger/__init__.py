"""What was issued, returned and decided."""

from xlassess.ledger.archive import Kept, keep_file
from xlassess.ledger.store import Ledger

__all__ = ["Kept", "Ledger", "keep_file"]
