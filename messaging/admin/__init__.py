from . import bots, contacts, messages, people  # noqa: F401
