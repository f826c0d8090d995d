"""Ids in the order of time, and fewer indexes: PostgreSQL writes into each of them whenever a row moves."""

import uuid_utils.compat
from django.db import migrations, models
from django.db.models import deletion

# Only Python makes them, so there is nothing to do for a database; SQLite would copy the whole table.
PUBLIC_ID = models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, unique=True)


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0011_stops'),
        ('templates_app', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(model_name='attempt', name='public_id', field=PUBLIC_ID),
                migrations.AlterField(model_name='message', name='public_id', field=PUBLIC_ID),
            ],
        ),
        migrations.RemoveIndex(model_name='message', name='message_by_contact'),
        migrations.RemoveIndex(model_name='message', name='message_in_thread'),
        migrations.AlterField(
            model_name='message',
            name='answers',
            field=models.ForeignKey(db_index=False, null=True, on_delete=deletion.SET_NULL, related_name='answered_by', to='messaging.message'),
        ),
        migrations.AlterField(
            model_name='message',
            name='resend_of',
            field=models.ForeignKey(db_index=False, null=True, on_delete=deletion.PROTECT, related_name='resends', to='messaging.message'),
        ),
        migrations.AlterField(
            model_name='message',
            name='version',
            field=models.ForeignKey(db_index=False, null=True, on_delete=deletion.PROTECT, related_name='messages', to='templates_app.templateversion', verbose_name='template version'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['contact', 'bot', '-id'], name='message_by_contact'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('resend_of__isnull', False)), fields=['resend_of'], name='message_resends'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('answers__isnull', False)), fields=['answers'], name='message_answers'),
        ),
    ]
