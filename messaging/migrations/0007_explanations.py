"""Explanations that an installation writes itself, and who may see what went over the wire."""

import importlib

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import messaging.providers
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

groups = importlib.import_module("messaging.migrations.0003_groups")

GROUPS = {
    "Supervisors": ["view_raw", "view_reasonentry"],
    "Admins": ["view_raw", *(f"{what}_reasonentry" for what in ("view", "add", "change", "delete"))],
    "Auditors": ["view_raw", "view_reasonentry"],
}


def let_people_explain(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    groups.grant(apps, GROUPS)


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0006_history'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='message',
            options={'permissions': [('settle_message', 'Can decide about messages whose outcome is unknown'), ('view_raw', 'Can see raw requests, answers and events'), ('export_message', 'Can export messages to a file')], 'verbose_name': 'message', 'verbose_name_plural': 'messages'},
        ),
        migrations.CreateModel(
            name='ReasonEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(choices=messaging.providers.choices, max_length=20, verbose_name='provider')),
                ('said', models.CharField(help_text='Its code, or its whole sentence where it gives no code.', max_length=200, verbose_name='what the provider says')),
                ('sentence', models.CharField(help_text='One sentence that anybody understands.', max_length=300, verbose_name='what happened')),
                ('side', models.CharField(choices=[('recipient', 'The recipient'), ('us', 'Us'), ('template', 'The template'), ('provider', 'The provider'), ('whatsapp', 'WhatsApp'), ('account', 'The account')], default='provider', max_length=10, verbose_name='who can mend it')),
                ('retry', models.CharField(choices=[('never', 'Sending again does not help'), ('later', 'Sending again later may help'), ('after_fix', 'Sending again helps once this is mended')], default='after_fix', max_length=10, verbose_name='sending again')),
                ('wait_minutes', models.PositiveIntegerField(blank=True, help_text='Before sending again can help. Only where time helps.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(44640)], verbose_name='minutes to wait')),
                ('action', models.CharField(help_text='The one thing that helps.', max_length=300, verbose_name='what to do')),
                ('step', models.CharField(choices=[('number', 'Correct the number'), ('contact', 'Open the contact'), ('template', 'Choose a template'), ('rewrite', 'Correct and send anew'), ('resend', 'Send again'), ('wait', 'Send again later'), ('bot', 'Open the bot'), ('account', 'Open the account'), ('tell', 'Copy the link for an admin')], default='tell', max_length=10, verbose_name='button')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by')),
            ],
            options={
                'verbose_name': 'explanation',
                'verbose_name_plural': 'explanations',
                'ordering': ['provider', 'said'],
                'constraints': [models.UniqueConstraint(models.F('provider'), django.db.models.functions.text.Lower('said'), name='reason_entry_once', violation_error_message='There is an explanation of this already. Change that one instead of adding another.'), models.CheckConstraint(condition=models.Q(models.Q(('retry', 'later'), ('wait_minutes__isnull', False)), models.Q(models.Q(('retry', 'later'), _negated=True), ('wait_minutes__isnull', True)), _connector='OR'), name='reason_entry_wait', violation_error_message='Minutes to wait belong to “sending again later may help”, and to nothing else. Fill in how long, or choose another answer.')],
            },
        ),
        migrations.RunPython(let_people_explain, migrations.RunPython.noop),
    ]
