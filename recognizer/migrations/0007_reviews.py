"""Reviews as rows, one for each drawing reviewed so far; the audit; tokens that are hashed."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


BATCH = 1000
# What may change once a row is there: whose it was, when a person is forgotten.
CONTENT = {
    'recognizer_review': ('decision', 'label', 'kind', 'wants_second', 'undoes_id', 'act', 'at'),
    'recognizer_audit': ('what', 'why', 'before', 'after', 'act', 'number', 'at'),
}


def write_reviews(apps, schema_editor):
    """One row for each drawing that was reviewed so far, or brought along as accepted."""
    Drawing = apps.get_model('recognizer', 'Drawing')
    Review = apps.get_model('recognizer', 'Review')
    reviewed = Drawing.objects.filter(review__in=['accepted', 'rejected']).order_by('reviewed_at', 'pk')
    fields = ('pk', 'review', 'accepted_label', 'reviewer_id', 'reviewed_at', 'created_at', 'source')
    rows = []
    for pk, review, label, reviewer, at, made, source in reviewed.values_list(*fields).iterator():
        rows.append(Review(
            drawing_id=pk,
            reviewer_id=reviewer,
            decision='accept' if review == 'accepted' else 'reject',
            label=label,
            kind='import' if source == 'import' and reviewer is None else 'first',
            at=at or made,
        ))
        if len(rows) == BATCH:
            Review.objects.bulk_create(rows)
            rows = []
    Review.objects.bulk_create(rows)


def guard(apps, schema_editor):
    """Triggers by which the database itself refuses to change what a row says."""
    for table, columns in CONTENT.items():
        for statement in TRIGGERS[schema_editor.connection.vendor]:
            names = {'table': table, 'columns': ', '.join(columns)}
            schema_editor.execute(statement % names, params=None)


def unguard(apps, schema_editor):
    for table in CONTENT:
        on = f' ON {table}' if schema_editor.connection.vendor == 'postgresql' else ''
        schema_editor.execute(f'DROP TRIGGER {table}_append_only{on}')


TRIGGERS = {
    'sqlite': ["""
        CREATE TRIGGER %(table)s_append_only BEFORE UPDATE OF %(columns)s ON %(table)s
        BEGIN SELECT RAISE(ABORT, 'rows of %(table)s are never changed'); END
    """],
    'postgresql': ["""
        CREATE OR REPLACE FUNCTION recognizer_append_only() RETURNS trigger AS $$
        BEGIN RAISE EXCEPTION 'rows of %% are never changed', TG_TABLE_NAME; END
        $$ LANGUAGE plpgsql
    """, """
        CREATE TRIGGER %(table)s_append_only BEFORE UPDATE OF %(columns)s ON %(table)s
        FOR EACH ROW EXECUTE FUNCTION recognizer_append_only()
    """],
}


class Migration(migrations.Migration):

    dependencies = [
        ('recognizer', '0006_hand'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='drawing',
            name='is_gold',
            field=models.BooleanField(default=False, help_text='Reviewers are measured by it; it is never trained on.'),
        ),
        migrations.AddField(
            model_name='drawing',
            name='opinion',
            field=models.CharField(choices=[('first', 'First'), ('second', 'Second'), ('third', 'Third')], default='first', editable=False, help_text='Whose word a drawing that waits is waiting for.', max_length=6),
        ),
        migrations.AddField(
            model_name='drawing',
            name='revision',
            field=models.PositiveIntegerField(default=0, editable=False, help_text='Counts labels and reviews: none is overwritten.'),
        ),
        migrations.CreateModel(
            name='AccessToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('api', 'API token'), ('link', 'sign-in link')], max_length=4)),
                ('name', models.CharField(max_length=60)),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='made_tokens', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='access_tokens', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Audit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('what', models.CharField(choices=[('label', 'label'), ('review', 'review'), ('undo', 'review taken back'), ('delete', 'drawings deleted'), ('run', 'run'), ('cancel', 'run cancelled'), ('promotion', 'promotion'), ('rollback', 'roll-back'), ('block', 'contributor blocked'), ('cap', 'contributor capped'), ('trust', 'contributor trusted'), ('forget', 'contributor forgotten'), ('role', 'role'), ('token', 'token')], max_length=10)),
                ('why', models.CharField(blank=True, max_length=200)),
                ('before', models.JSONField(blank=True, default=dict)),
                ('after', models.JSONField(blank=True, default=dict)),
                ('act', models.UUIDField(default=uuid.uuid4)),
                ('number', models.PositiveIntegerField(blank=True, help_text='The number of the version or run that it is about.', null=True)),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='decided_about', to=settings.AUTH_USER_MODEL)),
                ('by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='decisions', to=settings.AUTH_USER_MODEL)),
                ('contributor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='decisions', to='recognizer.contributor')),
                ('drawing', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='decisions', to='recognizer.drawing')),
            ],
            options={
                'ordering': ['-pk'],
                'permissions': [('manage_team', 'Can give roles, sign-in links and tokens')],
                'indexes': [models.Index(fields=['what', '-id'], name='audit_of_what'), models.Index(fields=['by', '-id'], name='audit_by_whom'), models.Index(fields=['number', '-id'], name='audit_of_number'), models.Index(fields=['act'], name='audit_of_act')],
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('decision', models.CharField(blank=True, choices=[('accept', 'Accept'), ('reject', 'Reject')], max_length=6)),
                ('label', models.CharField(blank=True, choices=[('0', '0'), ('1', '1'), ('2', '2'), ('3', '3'), ('4', '4'), ('5', '5'), ('6', '6'), ('7', '7'), ('8', '8'), ('9', '9'), ('not_a_digit', 'not a digit')], max_length=11)),
                ('kind', models.CharField(choices=[('first', 'First'), ('second', 'Second'), ('third', 'Third'), ('gold', 'Gold'), ('import', 'Import'), ('undo', 'Undo')], default='first', max_length=6)),
                ('wants_second', models.BooleanField(default=False, help_text='Somebody else is to say the same before it counts.')),
                ('act', models.UUIDField(default=uuid.uuid4, help_text='What was decided at one stroke has one; it is undone by it.')),
                ('drawing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='recognizer.drawing')),
                ('reviewer', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reviews', to=settings.AUTH_USER_MODEL)),
                ('undoes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='undone_by', to='recognizer.review')),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['reviewer', '-id'], name='review_of_reviewer')],
                'constraints': [models.UniqueConstraint(fields=('act', 'drawing'), name='review_once_an_act'), models.CheckConstraint(condition=models.Q(models.Q(('decision', ''), ('kind', 'undo'), ('label', ''), ('undoes__isnull', False)), models.Q(models.Q(('kind', 'undo'), _negated=True), ('undoes__isnull', True), models.Q(('decision', ''), _negated=True)), _connector='OR'), name='review_undo_decides_nothing'), models.CheckConstraint(condition=models.Q(models.Q(('decision', 'accept'), models.Q(('label', ''), _negated=True)), models.Q(models.Q(('decision', 'accept'), _negated=True), ('label', '')), _connector='OR'), name='review_accept_has_a_label')],
            },
        ),
        migrations.RunPython(guard, unguard),
        migrations.RunPython(write_reviews, migrations.RunPython.noop),
    ]
