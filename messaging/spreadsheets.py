"""Files for spreadsheets, row after row, that hold no formula whatever people wrote to us.

https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.writer.excel import save_workbook

from messaging.columns import Cell

# A cell that begins so would be run by a program that opens the file.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# https://support.microsoft.com/office/excel-specifications-and-limits
_MOST_ROWS = 1_048_576
_LONGEST = 32_767


class Sheet(ABC):
    @abstractmethod
    def write(self, row: Sequence[Cell]) -> None: ...


class CsvSheet(Sheet):
    """With a mark of its encoding, without which Excel takes UTF-8 for something else."""

    def __init__(self, file: TextIO) -> None:
        self._writer = csv.writer(file)

    def write(self, row: Sequence[Cell]) -> None:
        self._writer.writerow([plain(cell) for cell in row])


def plain(cell: Cell) -> str:
    """An apostrophe in front makes a text of what would be a formula, and of a number with its plus."""
    text = cell.isoformat(" ") if isinstance(cell, dt.datetime) else cell or ""
    return f"'{text}" if text.startswith(_DANGEROUS) or text.lstrip().startswith(_DANGEROUS) else text


class ExcelSheet(Sheet):
    """Rows go to a temporary file at once. Every text is declared as one, so that none is a formula."""

    def __init__(self) -> None:
        self.book = Workbook(write_only=True)
        self._heading: Sequence[Cell] = ()
        self._left = 0

    def write(self, row: Sequence[Cell]) -> None:
        self._heading = self._heading or row
        if not self._left:
            self._page = self.book.create_sheet()
            self._left = _MOST_ROWS
            if row is not self._heading:
                self._append(self._heading)
        self._append(row)

    def _append(self, row: Sequence[Cell]) -> None:
        self._page.append([self._cell(cell) for cell in row])
        self._left -= 1

    def _cell(self, value: Cell) -> Any:
        if not isinstance(value, str):
            return value
        if not value:
            return None
        cell = WriteOnlyCell(self._page, value=ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST])
        cell.data_type = "s"
        return cell


@contextmanager
def opened(path: Path, file_format: str) -> Iterator[Sheet]:
    """A file at `path`, readable by us alone, to be written row by row."""
    path.touch(mode=0o600)
    if file_format == "xlsx":
        sheet = ExcelSheet()
        yield sheet
        save_workbook(sheet.book, path)
    else:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            yield CsvSheet(file)
