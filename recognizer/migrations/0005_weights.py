"""What the drawings weigh that are there already, and the counters of their owners."""

from django.core.files.storage import default_storage
from django.db import migrations
from django.db.models import Count, Sum, TextField
from django.db.models.functions import Cast, Length

ROW_BYTES = 2_000


def weigh(apps, schema_editor):
    Drawing = apps.get_model('recognizer', 'Drawing')
    ink = Drawing.objects.filter(strokes__isnull=False)
    ink.update(stored_bytes=ROW_BYTES + Length(Cast('strokes', TextField())))
    pictures = Drawing.objects.filter(image__gt='')
    for key, image in list(pictures.values_list('pk', 'image')):
        pictures.filter(pk=key).update(stored_bytes=ROW_BYTES + size_of(image))


def size_of(image):
    try:
        return default_storage.size(image)
    except OSError:  # it is lost
        return 0


def count(apps, schema_editor):
    Drawing = apps.get_model('recognizer', 'Drawing')
    Contributor = apps.get_model('recognizer', 'Contributor')
    StorageUse = apps.get_model('recognizer', 'StorageUse')
    sums = {'stored_drawings': Count('pk'), 'stored_bytes': Sum('stored_bytes')}
    site = Drawing.objects.aggregate(**sums)
    StorageUse.objects.create(
        owner='site',
        stored_drawings=site['stored_drawings'],
        stored_bytes=site['stored_bytes'] or 0,
    )
    totals = Drawing.objects.order_by().values('contributor').annotate(
        drawings=Count('pk'), weight=Sum('stored_bytes')
    )
    for row in list(totals):
        Contributor.objects.filter(pk=row['contributor']).update(
            stored_drawings=row['drawings'], stored_bytes=row['weight']
        )


class Migration(migrations.Migration):

    dependencies = [
        ('recognizer', '0004_storage'),
    ]

    operations = [
        migrations.RunPython(weigh, migrations.RunPython.noop),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
