"""What the gate said is one of three words: it may have been undecided."""

from django.db import migrations, models


def words(apps, schema_editor):
    versions = apps.get_model('recognizer', 'ModelVersion').objects
    versions.filter(gate_passed=True).update(gate_verdict='passed')


def booleans(apps, schema_editor):
    # What the gate could not decide may not be promoted then.
    versions = apps.get_model('recognizer', 'ModelVersion').objects
    versions.filter(gate_verdict='passed').update(gate_passed=True)


class Migration(migrations.Migration):
    dependencies = [('recognizer', '0007_reviews')]

    operations = [
        migrations.AddField(
            model_name='modelversion',
            name='gate_verdict',
            field=models.CharField(choices=[('passed', 'passed'), ('undecided', 'undecided'), ('failed', 'failed')], default='failed', max_length=9),
        ),
        migrations.RunPython(words, booleans),
        migrations.RemoveField(model_name='modelversion', name='gate_passed'),
    ]
