import django.db.models.functions.comparison
from django.db import migrations, models

from digitsite.database.indexes import AddIndexAside


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("recognizer", "0013_drawings_left"),
    ]

    operations = [
        AddIndexAside(
            model_name="drawing",
            index=models.Index(
                condition=models.Q(
                    ("review", "accepted"),
                    models.Q(
                        (
                            "accepted_label",
                            models.Case(
                                models.When(digit=None, then=models.Value("not_a_digit")),
                                default=django.db.models.functions.comparison.Cast(
                                    "digit", models.CharField()
                                ),
                                output_field=models.CharField(),
                            ),
                        ),
                        _negated=True,
                    ),
                ),
                fields=["-confidence"],
                name="drawing_suspected",
            ),
        ),
        AddIndexAside(
            model_name="drawing",
            index=models.Index(
                condition=models.Q(("image_lost", True)),
                fields=["image_lost"],
                name="drawing_image_lost",
            ),
        ),
        AddIndexAside(
            model_name="review",
            index=models.Index(
                condition=models.Q(("kind__in", ["gold", "second"])),
                fields=["kind", "-id"],
                name="review_measured",
            ),
        ),
    ]
