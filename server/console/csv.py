"""A table as a CSV file that a spreadsheet opens without running anything of it."""

import csv
import io
from collections.abc import Iterable, Sequence

from fastapi import Response

# What a spreadsheet takes for the beginning of a formula, also behind these blanks.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
# Without the mark, Excel takes the file for one in the machine's own old encoding.
_MARK = "\ufeff"


def csv_response(filename: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The table as a file to be saved under this name (plain ASCII). None becomes an empty cell."""
    sink = io.StringIO()
    writer = csv.writer(sink)
    writer.writerow(header)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "no-store"}
    return Response(_MARK + sink.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def safe_cell(cell: object) -> object:
    """The cell, with an apostrophe before a text that would be a formula. Numbers stay numbers."""
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return cell
