"""The studio's addresses. A place is in the rail as soon as it has one, by its key as name."""

from django.urls import path

from training.studio import (
    audit,
    desk,
    frame,
    grid,
    insights,
    people,
    promotion,
    review,
    runs,
    team,
    versions,
)
from training.studio.compare import reading
from training.studio.compare import views as compare

app_name = "studio"
urlpatterns = [
    path("", desk.today, name="today"),
    path("rail/", frame.rail, name="rail"),
    # Review
    path("review/", review.focus, name="review"),
    path("review/grid/", grid.grid, name="review-grid"),
    path("review/more/", review.more, name="review-more"),
    path("review/decide/", review.decide, name="review-decide"),
    path("review/undo/", review.undo, name="review-undo"),
    path("review/<uuid:pk>/gold/", review.gold, name="review-gold"),
    path("review/<uuid:pk>/image/", review.image, name="review-image"),
    # People
    path("people/", people.people, name="people"),
    path("people/<uuid:pk>/block/", people.block, name="people-block"),
    path("people/<uuid:pk>/trust/", people.trust, name="people-trust"),
    path("people/<uuid:pk>/cap/", people.cap, name="people-cap"),
    path("people/<uuid:pk>/forget/", people.forget, name="people-forget"),
    # Team
    path("team/", team.team, name="team"),
    path("team/role/", team.role, name="team-role"),
    path("team/new/", team.member, name="team-member"),
    path("team/<int:pk>/token/", team.token, name="team-token"),
    path("team/tokens/<int:pk>/withdraw/", team.withdraw, name="team-withdraw"),
    # Audit
    path("audit/", audit.audit, name="audit"),
    # Train
    path("train/", runs.train, name="train"),
    path("train/start/", runs.start, name="train-start"),
    path("train/runs/", runs.run_list, name="runs"),
    path("train/<int:pk>/", runs.run_page, name="run"),
    path("train/<int:pk>/panel/", runs.run_panel, name="run-panel"),
    path("train/<int:pk>/card/", runs.run_card, name="run-card"),
    path("train/<int:pk>/cancel/", runs.cancel, name="run-cancel"),
    path("train/<int:pk>/resume/", runs.resume, name="run-resume"),
    # Compare
    path("compare/", compare.compare, name="compare"),
    path("compare/<int:number>/<int:other>/", compare.compare_versions, name="compare-versions"),
    path("compare/<int:number>/<int:other>/read/", reading.read_by_both, name="compare-read"),
    path("versions/<int:number>/promote/", promotion.promote, name="promote"),
    # Insights
    path("insights/", insights.insights, name="insights"),
    path("insights/map/", insights.draw_map, name="insights-map"),
    # Versions
    path("versions/", versions.versions, name="versions"),
    path("versions/moment/", versions.moment, name="versions-moment"),
    path("versions/reading/<uuid:pk>/", versions.readings, name="versions-readings"),
    path("versions/rollback/", versions.rollback, name="rollback"),
]
