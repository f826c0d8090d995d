"""Who may look at the machinery, pause a bot and decide what nobody knows."""

import importlib

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

groups = importlib.import_module("messaging.migrations.0003_groups")

OPERATE = ["view_workerbeat", "pause_bot", "settle_message"]
GROUPS = {
    "Supervisors": OPERATE,
    "Admins": [*OPERATE, "add_drill", "view_drill"],
    "Auditors": ["view_workerbeat"],
}


def let_people_operate(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    groups.grant(apps, GROUPS)


class Migration(migrations.Migration):
    dependencies = [("messaging", "0004_engine")]

    operations = [migrations.RunPython(let_people_operate, migrations.RunPython.noop)]
