"""How much of a table file is read, and what reading it may cost."""

MOST_ROWS = 1_048_576
"""Rows of an Excel sheet; a text file may not have more either."""
MOST_COLUMNS = 16_384
"""Columns of an Excel sheet; a text file may not have more either."""
MOST_CELLS = 2_000_000
"""Cells of a file, blank ones within a row included: 75,000 order lines of 26 columns."""
MOST_TEXT = 64_000_000
"""Characters of a file in all its cells."""
MOST_CELL_TEXT = 131_072
"""Characters of one cell: four times what Excel allows."""
MOST_UNPACKED_BYTES = 1_000_000_000
"""What an archive may say that it unpacks to."""
WORKER_MEMORY_BYTES = 480_000_000
"""How far the process that reads a workbook may grow."""
WORKER_SECONDS = 25.0
"""How long the process that reads a workbook may take, by the clock."""
MOST_EXTENT = 30_000_000
"""Rows times columns of a sheet up to its last cell: one far from the others is a mistake."""
MOST_ELEMENTS = 10_000_000
"""Cells that a sheet names, empty ones and what is none included."""
MOST_AREAS = 200_000
"""Merged areas of a sheet."""
