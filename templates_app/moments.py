"""Times as contents hold them: ISO 8601 text with a zone, because what was typed is kept as it was typed."""

import datetime as dt


def moment(text: str) -> dt.datetime | None:
    """The time; None without one, without a zone, or for a text that is no time."""
    try:
        found = dt.datetime.fromisoformat(text.strip())
        return found.astimezone(dt.UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def milliseconds(text: str) -> int | None:
    """Since 1970, as providers count them; None where `moment` finds none."""
    found = moment(text)
    return None if found is None else round(found.timestamp() * 1000)
