"""Accounts, bots, contacts and some history to look at. Running it again changes nothing that is there."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from messaging import demo


class Command(BaseCommand):
    help = "Fill an empty installation with demo data. Needs DEMO=True, because its passwords are public."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "seed_demo makes accounts that anybody can log in with. Set DEMO=True to allow it."
            )
        demo.seed()
        self.stdout.write("Demo data is there.")
