"""The providers this installation knows. Adding one takes a file here and a line in `PROVIDERS`."""

from collections.abc import Mapping
from typing import Any

from .base import Provider
from .bird import Bird
from .jelou import Jelou

PROVIDERS: dict[str, type[Provider]] = {Jelou.kind: Jelou, Bird.kind: Bird}


def connect(
    kind: str,
    credentials: Mapping[str, str],
    *,
    spare: Mapping[str, str] | None = None,
    base_url: str = "",
    options: Mapping[str, Any] | None = None,
) -> Provider:
    """The adapter of one account. Raises KeyError for a kind that is not in `PROVIDERS`."""
    return PROVIDERS[kind](credentials, spare=spare, base_url=base_url, options=options)


def choices() -> list[tuple[str, str]]:
    return [(kind, provider.label) for kind, provider in PROVIDERS.items()]
