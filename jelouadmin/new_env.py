"""Print `.env.example` with fresh secrets: `python -m jelouadmin.new_env > .env`."""

import base64
import os
import secrets
import sys
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent / ".env.example"


def filled(example: str) -> str:
    """Secrets never begin with `$`, which django-environ would take for a reference."""
    values = {
        "SECRET_KEY=": secrets.token_urlsafe(64),
        "FIELD_ENCRYPTION_KEYS=": base64.urlsafe_b64encode(os.urandom(32)).decode(),
    }
    return "\n".join(line + values.get(line, "") for line in example.splitlines()) + "\n"


if __name__ == "__main__":
    sys.stdout.write(filled(EXAMPLE.read_text()))
