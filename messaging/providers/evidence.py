"""What a provider's own list says about a message: the last resort where its answer got lost."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from messaging.statuses import Status

# The code of a ProviderError: the list went on and on, so what is not in the part that was read may yet be
# in it.
LIST_TOO_LONG = "list_too_long"


@dataclass(frozen=True)
class Step:
    """Something that a list says happened to a message, and when."""

    word: str
    status: Status
    at: dt.datetime


@dataclass(frozen=True)
class Evidence:
    """What a provider lists of a message that it took. What could not be read is empty.

    `taken_at` is when the provider took it, `at` when it came to be as `word` and `status` say; `status` is
    None for a word we do not know. `reference` is what we called it when we sent it, empty for what others
    sent; None where the provider's list has no such thing. `steps` are those before and now that the list
    gives times for.
    """

    provider_id: str
    to: str
    taken_at: dt.datetime | None
    word: str
    status: Status | None
    raw: Mapping[str, Any]
    at: dt.datetime | None = None
    code: str = ""
    detail: str = ""
    reference: str | None = None
    steps: Sequence[Step] = ()
    is_reply: bool = False
