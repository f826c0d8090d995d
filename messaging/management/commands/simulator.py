"""Starts the stand-in for the providers."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from messaging.simulator import serving


class Command(BaseCommand):
    help = "Serve a stand-in for the providers, with phones to look at and misbehaviour on command."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8001)
        parser.add_argument("--seed", choices=serving.SEEDS, default="demo", help="what to begin with")
        parser.add_argument("--public-url", default="", help="where others reach it, if not at host and port")
        parser.add_argument("--allow-remote", action="store_true", help="serve a host others can reach")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        if not serving.is_loopback(host) and not options["allow_remote"]:
            raise CommandError(
                f"Anybody who reaches {host} could control it: say --allow-remote if you mean it."
            )
        environment = serving.environment(host, port, options["seed"], options["public_url"])
        argv = serving.command(host, port)
        os.execve(argv[0], argv, environment)  # noqa: S606
