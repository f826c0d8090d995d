"""The one encrypted field: JSON under MultiFernet, unreadable without FIELD_ENCRYPTION_KEYS."""

import json
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

PREFIX = "v1:"


class Undecryptable(dict):
    """Stands for a value whose key is gone; empty, so that one such row takes no list down.

    Saving the row writes the same ciphertext again: with the key back, the value is back.
    """

    def __init__(self, ciphertext: str) -> None:
        super().__init__()
        self.ciphertext = ciphertext


@cache
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    """The first key encrypts, all of them decrypt: rotate by adding one in front and saving the rows."""
    return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS))


class EncryptedJSONField(models.TextField):
    """A dict, encrypted at rest. Lookups other than isnull mean nothing on it and are refused."""

    # What type checkers take and give for this field.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def get_prep_value(self, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, Undecryptable):
            return value.ciphertext
        return PREFIX + cipher().encrypt(json.dumps(value).encode()).decode()

    def from_db_value(self, value: str | None, *_args: Any) -> dict[str, Any] | None:
        if value is None:
            return None
        try:
            return json.loads(cipher().decrypt(value.removeprefix(PREFIX)))
        except InvalidToken:
            return Undecryptable(value)

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """Dumped data keeps the ciphertext: an export must not carry a secret."""
        return self.get_prep_value(self.value_from_object(obj)) or ""

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"An encrypted field cannot be searched ({lookup_name}).")
        return super().get_lookup(lookup_name)
