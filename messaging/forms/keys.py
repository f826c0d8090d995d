"""Keys of rows as they stand in addresses and posts, where anybody may write anything."""


def as_key(text: str | None) -> int | None:
    """None for anything that no row can have: databases do not take numbers of any size."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else None
