from . import bots, contacts, messages, people, reasons  # noqa: F401
