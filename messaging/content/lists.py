from typing import Literal

from django.utils.translation import gettext as _

from templates_app.bubbles import Bubble, Row, Section, Sheet
from templates_app.problems import Problem

from .base import Content
from .checks import check_count, check_different, check_needed, check_optional
from .parts import Part

BODY_LIMIT = 4096
HEADER_LIMIT = FOOTER_LIMIT = 60
LABEL_LIMIT = 20
TITLE_LIMIT = 24
DESCRIPTION_LIMIT = 72
PAYLOAD_LIMIT = 200
MOST_ROWS = MOST_SECTIONS = 10


class ListRow(Part):
    """Choosing it sends back the payload, or without one the title."""

    title: str = ""
    description: str = ""
    payload: str = ""


class ListSection(Part):
    title: str = ""
    rows: tuple[ListRow, ...] = ()


class ListContent(Content):
    """A text with a button that opens a list to choose one row from; ten rows in all sections together.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-list-messages
    """

    kind: Literal["list"] = "list"
    header: str = ""
    body: str = ""
    footer: str = ""
    label: str = ""
    sections: tuple[ListSection, ...] = ()

    def problems(self) -> list[Problem]:
        return [
            *check_optional("header", _("The header"), self.header, HEADER_LIMIT),
            *check_needed("body", _("The text"), self.body, BODY_LIMIT),
            *check_optional("footer", _("The footer"), self.footer, FOOTER_LIMIT),
            *check_needed("label", _("The button"), self.label, LABEL_LIMIT),
            *self._section_problems(),
            *self._row_problems(),
            *self.delivery.problems(),
        ]

    def _section_problems(self) -> list[Problem]:
        problems = check_count("sections", self.sections, 1, MOST_SECTIONS)
        check = check_needed if len(self.sections) > 1 else check_optional
        for index, section in enumerate(self.sections):
            field = f"sections.{index}"
            problems += check(f"{field}.title", _("The title of the section"), section.title, TITLE_LIMIT)
            problems += check_count(f"{field}.rows", section.rows, 1, MOST_ROWS)
        total = sum(len(section.rows) for section in self.sections)
        if total > MOST_ROWS >= max(len(section.rows) for section in self.sections):
            sentence = _("All sections together take %(limit)d rows, and there are %(count)d. Remove some.")
            problems.append(Problem("sections", sentence % {"limit": MOST_ROWS, "count": total}))
        return problems

    def _row_problems(self) -> list[Problem]:
        problems = []
        for field, row in self.rows():
            problems += check_needed(f"{field}.title", _("The title of the row"), row.title, TITLE_LIMIT)
            problems += check_optional(
                f"{field}.description", _("The description"), row.description, DESCRIPTION_LIMIT
            )
            problems += check_optional(f"{field}.payload", _("The payload"), row.payload, PAYLOAD_LIMIT)
        for name in ("title", "payload"):
            fields = [f"{field}.{name}" for field, _row in self.rows()]
            problems += check_different(fields, [getattr(row, name) for _field, row in self.rows()])
        return problems

    def rows(self) -> list[tuple[str, ListRow]]:
        """Every row of every section with the path to it."""
        return [
            (f"sections.{number}.rows.{index}", row)
            for number, section in enumerate(self.sections)
            for index, row in enumerate(section.rows)
        ]

    def bubble(self) -> Bubble:
        sections = tuple(
            Section(
                section.title.strip(),
                tuple(Row(row.title.strip(), row.description.strip()) for row in section.rows),
            )
            for section in self.sections
        )
        return Bubble(
            header=self.header.strip(),
            body=self.body.strip(),
            footer=self.footer.strip(),
            sheet=Sheet(self.label.strip(), sections),
        )
