"""The map of features: who is on it, how it is stored, and what is forgotten."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from recognizer.models import ModelVersion
from tests.support import factories
from training import feature_map
from training.evaluation.plane import principal_plane


def draw() -> feature_map.FeatureMap | None:
    return feature_map.feature_map_draw(now=timezone.now())


@pytest.fixture
def without_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feature_map, "tests_at_hand", lambda: None)


@pytest.mark.django_db
def test_it_works(live_model: ModelVersion, without_mnist: None) -> None:
    for number in range(24):
        factories.drawing(factories.contributor(number), live_model, shape="47"[number % 2])
    refused = factories.drawing(
        factories.contributor(), live_model, review="rejected", accepted_label=""
    )
    drawn = draw()
    assert drawn is not None
    assert feature_map.stored_map() == drawn
    assert drawn.number == live_model.number
    assert drawn.counts() == {"mnist": 0, "people": 24, "refused": 1}
    assert {point.key for point in drawn.points if point.kind == "refused"} == {str(refused.pk)}
    assert all(0 <= point.x <= 1 and 0 <= point.y <= 1 for point in drawn.points)
    fours = [point.x for point in drawn.points if point.label == 4]
    sevens = [point.x for point in drawn.points if point.label == 7]
    assert max(fours) < min(sevens) or max(sevens) < min(fours)
    assert not any(point.is_misread for point in drawn.points)


@pytest.mark.django_db
def test_mnist_is_on_it_where_it_is_at_hand(
    live_model: ModelVersion, mnist_dir: str, settings: Any
) -> None:
    settings.MNIST_DIR = mnist_dir
    drawn = draw()
    assert drawn is not None
    assert drawn.counts()["mnist"] == feature_map.MOST_MNIST


@pytest.mark.django_db
def test_a_new_one_takes_the_old_one_s_place(live_model: ModelVersion, without_mnist: None) -> None:
    for number in range(24):
        factories.drawing(factories.contributor(number), live_model)
    draw()
    second = draw()
    assert feature_map.stored_map() == second
    assert len(default_storage.listdir(feature_map.FOLDER)[1]) == 1


@pytest.mark.django_db
def test_few_drawings_and_no_version_make_no_map(without_mnist: None) -> None:
    assert draw() is None
    assert feature_map.stored_map() is None


@pytest.mark.django_db
def test_a_damaged_file_is_no_map(live_model: ModelVersion, without_mnist: None) -> None:
    for number in range(24):
        factories.drawing(factories.contributor(number), live_model)
    draw()
    (name,) = default_storage.listdir(feature_map.FOLDER)[1]
    with default_storage.open(f"{feature_map.FOLDER}/{name}", "wb") as file:
        file.write(b"{")
    assert feature_map.stored_map() is None


@given(seed=st.integers(0, 1000), n=st.integers(3, 40), k=st.integers(2, 6))
def test_the_plane_holds_the_widest_two_axes(seed: int, n: int, k: int) -> None:
    features = np.random.default_rng(seed).normal(size=(n, k))
    places, (first, second) = principal_plane(features)
    assert places.shape == (n, 2)
    assert places.min() >= 0
    assert places.max() <= 1
    assert first >= second - 1e-12
    assert first + second <= 1 + 1e-9
    # By the singular values, which are another way to the same shares.
    singular = np.linalg.svd(features - features.mean(axis=0), compute_uv=False) ** 2
    assert first == pytest.approx(singular[0] / singular.sum())


def test_the_plane_of_many_dimensions_is_that_of_all_eigenvectors() -> None:
    rng = np.random.default_rng(3)
    features = rng.normal(size=(300, 120)) * 0.9 ** np.arange(120)
    places, shares = principal_plane(features)
    values, vectors = np.linalg.eigh(np.cov(features.T))
    exact = (features - features.mean(axis=0)) @ vectors[:, [-1, -2]]
    for axis in (0, 1):
        assert abs(np.corrcoef(places[:, axis], exact[:, axis])[0, 1]) == pytest.approx(1, abs=1e-6)
    assert shares == pytest.approx(tuple(values[[-1, -2]] / values.sum()), rel=1e-6)


def test_points_that_are_all_alike_lie_in_one_place() -> None:
    places, _ = principal_plane(np.ones((5, 3)))
    assert np.isfinite(places).all()
