"""What crosses the wire: a call as it is built, and what came back."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from .fields import JSON, canonical


@dataclass(frozen=True)
class Request:
    """One HTTP call, without credentials, so that it can be stored and shown."""

    method: str
    path: str
    body: JSON = None
    query: Mapping[str, str] = field(default_factory=dict)

    def kept(self) -> str:
        """The JSON that history keeps of it: `method`, `path` and `body`."""
        method, path, body = self._written
        return f'{{"method": {method}, "path": {path}, "body": {body}}}'

    def digest(self) -> str:
        return hashlib.sha256(f"[{', '.join(self._written)}]".encode()).hexdigest()

    @cached_property
    def _written(self) -> Sequence[str]:
        """Method, path and body, each as JSON and written once."""
        return [canonical(part) for part in (self.method, self.path, self.body)]


@dataclass(frozen=True)
class Answer:
    """What came back. `data` is None when the text is not JSON."""

    status: int
    text: str
    headers: Mapping[str, str]
    data: JSON

    @property
    def retry_after(self) -> float | None:
        """Seconds the provider asks to wait, a day at most; None when it does not say so readably."""
        value = self.headers.get("Retry-After", "")
        return float(min(int(value), 86_400)) if value.isdecimal() and len(value) < 20 else None
