"""Rows of ours that a statement joins are what was put in, and few statements do for any number of them."""

import pytest
from django.db import connection

from messaging.value_table import STEP, value_table

COLUMNS = {"message": "bigint", "name": "text"}


def rows(count: int) -> list[tuple[int, str]]:
    return [(number, f"año {number} %s '") for number in range(count)]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, STEP - 1, STEP, STEP + 1])
def test_it_holds_these_rows_and_no_others(count: int) -> None:
    new, values = value_table(COLUMNS, rows(count))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT new.message, new.name FROM {new} ORDER BY 1", values)
        assert cursor.fetchall() == rows(count)


def test_numbers_of_rows_that_are_close_share_a_statement() -> None:
    statements = {value_table(COLUMNS, rows(count))[0] for count in range(1, 10 * STEP + 1)}
    assert len(statements) <= 10
