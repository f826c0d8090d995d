"""The button: one drill at a time, in a process of its own."""

import datetime as dt
import subprocess
import sys

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from messaging.models import Drill

# Longer than any drill takes: one that is older died without a word.
LIMIT = dt.timedelta(minutes=15)


def running() -> Drill | None:
    return Drill.objects.filter(ended_at=None, started_at__gt=timezone.now() - LIMIT).first()


def start(user: User) -> Drill:
    """Begin a drill beside the product. Raises ValueError, in words, if one is running."""
    with transaction.atomic():
        # Two presses of one button wait for each other.
        User.objects.select_for_update().get(pk=user.pk)
        if running():
            raise ValueError(_("A drill is running. Wait until it has ended."))
        drill = Drill.objects.create(started_by=user)
    command = [sys.executable, "manage.py", "drill", "--record", str(drill.pk)]
    subprocess.Popen(  # noqa: S603
        command,
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return drill
