"""Notes, how a reply was linked, and who may answer in conversations."""

import importlib

import django.db.models.deletion
import django.utils.timezone
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

groups = importlib.import_module("messaging.migrations.0003_groups")

# Reading marks as read, and who may answer may also take a conversation over and leave a note in it.
GROUPS = dict.fromkeys(("Agents", "Supervisors", "Admins"), ["change_conversation"])


def let_people_converse(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    groups.grant(apps, GROUPS)


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0008_summaries'),
        ('templates_app', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=4000, verbose_name='note')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
            ],
            options={
                'verbose_name': 'note',
                'verbose_name_plural': 'notes',
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='message',
            name='answers_by',
            field=models.CharField(blank=True, choices=[('quoted', 'Quoted by the contact'), ('button', 'A button of it was pressed'), ('latest', 'The latest one before it')], max_length=10, verbose_name='linked by'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('last_inbound_at__isnull', False)), fields=['bot', '-last_inbound_at', '-id'], name='conversation_of_bot'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('last_inbound_at__isnull', False)), fields=['-last_inbound_at', '-id'], name='conversation_latest'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('unread__gt', 0)), fields=['bot', '-last_inbound_at', '-id'], name='conversation_unread'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['bot', 'contact', '-id'], name='message_in_thread'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('state', 'received')), fields=['id'], name='delivery_waiting'),
        ),
        migrations.AddField(
            model_name='note',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by'),
        ),
        migrations.AddField(
            model_name='note',
            name='conversation',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='messaging.conversation'),
        ),
        migrations.AddIndex(
            model_name='note',
            index=models.Index(fields=['conversation', 'created_at'], name='note_in_conversation'),
        ),
        migrations.RunPython(let_people_converse, migrations.RunPython.noop),
    ]
