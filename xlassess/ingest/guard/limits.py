"""How much a returned file may hold before it is refused.

A workbook as issued has some 40 KB, 300 KB unpacked and a few thousand cells; the limits lie
far above what an honest return can need and far below what would trouble the machine.
"""

from __future__ import annotations

MEGABYTE = 1 << 20
MOST_BYTES = 20 * MEGABYTE
"""Size of a returned file."""
MOST_EXPANDED = 64 * MEGABYTE
"""Size of all parts of a package together, unpacked."""
MOST_RATIO = 150
"""Unpacked size of one part over its packed size, minded from `RATIO_FROM` on; the sheets of
a workbook with many empty formatted cells reach about 60."""
RATIO_FROM = 4 * MEGABYTE
MOST_ENTRIES = 1000
"""Parts of a package."""
MOST_CONTENTS = MEGABYTE
"""Size of the table of contents of a package."""
MOST_AREA = 1_000_000
"""Cells in the rectangles from A1 to each sheet's last cell: the parser fills them."""
MOST_TEXTS = 16_000_000
"""Size of all texts, each counted as often as it is shown: the parser copies them."""
MOST_REFERRED = 2_000_000
"""Cells of one sheet under merges and hyperlinks, or that formulas fill, each as often as said."""
MOST_SHEETS = 300
MOST_MEMBERS = 1000
"""Files that came with a message, those in zip files among them."""
MOST_PACKED = 10_000
"""Files in a zip file handed over: whoever collects returns packs a whole folder at once."""
MOST_LISTED = 4 * MEGABYTE
"""Size of the table of contents of such a zip file, with names of any length."""
MOST_UNPACKED = 500 * MEGABYTE
"""Size of all files in a zip file handed over."""
MOST_DEPTH = 2
"""Zip files within zip files."""
MOST_PARSED = 250_000
"""Cells of a sheet that has to be measured tag by tag."""
MOST_TAGS = 1_000_000
"""Tags of a part that is read tag by tag, start and end tags counted apart."""
MOST_ELEMENTS = 400_000
"""Tags of a part of which a tree is made."""
MOST_RECORDS = 500_000
"""Records of a binary workbook, those of all sheets together."""
MOST_NOTED = 250_000
"""Cells of one sheet that formulas fill or errors stand in."""
MOST_TREE = 8 * MEGABYTE
"""Size of a part other than sheets and texts; a usual one has some KB."""
MOST_SPINS = 200_000
"""Rounds of hashing that trying one password may take; Excel asks for 100,000."""
MOST_TEXT = 32_767
"""Characters a cell holds, in UTF-16 units; Microsoft, "Excel specifications and limits"."""
WORKER_MEMORY = 256 * MEGABYTE
WORKER_SECONDS = 30.0
"""Memory and time a worker process may take for one file."""
