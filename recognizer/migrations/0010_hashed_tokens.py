"""REST framework's tokens, which were kept as they are, become hashed ones that expire."""

import hashlib
from datetime import timedelta

from django.db import migrations
from django.utils import timezone

OLD = 'authtoken_token'
DAYS = 365


def hash_tokens(apps, schema_editor):
    connection = schema_editor.connection
    if OLD not in connection.introspection.table_names():
        return
    AccessToken = apps.get_model('recognizer', 'AccessToken')
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT key, user_id FROM {OLD}')
        rows = cursor.fetchall()
    AccessToken.objects.bulk_create(
        AccessToken(
            user_id=user,
            kind='api',
            name='from before',
            digest=hashlib.sha256(key.encode()).hexdigest(),
            expires_at=timezone.now() + timedelta(days=DAYS),
        )
        for key, user in rows
    )
    with connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM {OLD}')


class Migration(migrations.Migration):

    dependencies = [
        ('recognizer', '0009_golden'),
    ]

    operations = [
        migrations.RunPython(hash_tokens, migrations.RunPython.noop),
    ]
