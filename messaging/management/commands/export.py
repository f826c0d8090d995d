"""`manage.py export KEY`: write one file of messages. The worker starts it; nobody has to."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from messaging import exporting


class Command(BaseCommand):
    help = "Write the file of one export."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", type=int)

    def handle(self, *args: Any, key: int, **options: Any) -> None:
        # Messages that leave go first.
        os.nice(10)
        exporting.run(key)
