"""The four groups and what each may do. Admins may change them in the browser afterwards."""

from collections.abc import Mapping, Sequence

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

LOOK = ["view_bot", "view_contact", "view_message", "view_conversation", "view_tag", "view_template"]
WRITE = ["add_message", "add_contact", "change_contact"]
SUPERVISE = ["see_all_bots", "view_webhookdelivery", "add_tag", "change_tag", "delete_tag", "delete_contact"]
MANAGE = [
    *("add_bot", "change_bot", "delete_bot"),
    *("view_account", "add_account", "change_account", "delete_account"),
    *("change_template", "view_user", "add_user", "change_user", "delete_user"),
    "view_group",
]
GROUPS = {
    "Agents": LOOK + WRITE,
    "Supervisors": LOOK + WRITE + SUPERVISE,
    "Admins": LOOK + WRITE + SUPERVISE + MANAGE,
    "Auditors": [*LOOK, "see_all_bots", "view_webhookdelivery", "view_account", "view_user", "view_group"],
}


def make_groups(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    grant(apps, GROUPS)


def grant(apps: Apps, groups: Mapping[str, Sequence[str]]) -> None:
    """Permissions are otherwise made only after the last migration, too late to be given to a group."""
    from django.apps import apps as live_apps

    for label in ("auth", "messaging", "templates_app"):
        create_permissions(live_apps.get_app_config(label), verbosity=0)
    group_model = apps.get_model("auth", "Group")
    permission_model = apps.get_model("auth", "Permission")
    for name, codenames in groups.items():
        group, _created = group_model.objects.get_or_create(name=name)
        group.permissions.add(*permission_model.objects.filter(codename__in=codenames))


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0002_messages"),
        ("templates_app", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
