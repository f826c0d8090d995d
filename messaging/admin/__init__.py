from . import bots, contacts, messages  # noqa: F401
