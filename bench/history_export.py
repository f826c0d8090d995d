"""Export so many of a history's rows, as a process of its own does, and say what memory that took."""

import datetime as dt
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from messaging import exporting, searching
from messaging.models import Export

YEAR = dt.timedelta(days=365)


def main(arguments: Sequence[str]) -> None:
    file_format, rows, history = arguments[0], int(arguments[1]), int(arguments[2])
    since = timezone.now() - YEAR * rows / history
    search = searching.Search({"created_at__gte": since.isoformat()})
    with tempfile.TemporaryDirectory() as folder:
        settings.EXPORT_ROOT = Path(folder)
        person = User.objects.get(username="bench")
        asked = Export.objects.create(owner=person, query=search.query, format=file_format)
        began = time.monotonic()
        done = exporting.run(asked.pk)
        seconds = time.monotonic() - began
    if done is None or done.state != Export.State.DONE:
        raise ValueError(f"not written: {done and done.error}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"rows": done.rows, "seconds": seconds, "peak_mib": peak}) + "\n")
