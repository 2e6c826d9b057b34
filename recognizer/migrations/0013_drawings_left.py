from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("recognizer", "0012_trust_and_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="modelversion",
            name="drawings_left",
            field=models.PositiveIntegerField(
                editable=False,
                help_text="How many drawings that it used exist; unknown until they are counted.",
                null=True,
            ),
        ),
    ]
