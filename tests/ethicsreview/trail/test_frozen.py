"""What is kept cannot be changed: not through the models, not by a queryset, not by SQL."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import DatabaseError, connection, models, transaction

from committees.kinds import Registered
from committees.models.registration import note
from ethicsreview.documents.models import DocumentVersion, Letter
from ethicsreview.trail import triggers
from ethicsreview.trail.models import SigningKey
from ethicsreview.trail.verification import seal
from reviews.models import Decision, InspectionPaper, Opinion, RecheckOpinion, Submission
from reviews.models.complaints.receiving import add
from tests.reviews.builders import case
from tests.reviews.complaints import matter
from tests.reviews.disclosures import telling
from tests.reviews.inspections import inspecting
from tests.reviews.programmes import check_list, looked_up, run
from tests.reviews.recheck_builders import listed
from tests.reviews.warnings import raised

pytestmark = pytest.mark.django_db

FROZEN = sorted((model for model, _condition in triggers.frozen_models()), key=lambda model: model._meta.label)


@pytest.fixture(scope="module")
def kept(django_db_setup: None, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A listed activity that was re-checked, a complaint, a warning …: a row in every frozen table. Made once."""
    with django_db_blocker.unblock(), transaction.atomic():
        path = listed().passed().answered()
        letter = Letter.objects.create(
            ref="L1",
            number="试字1号",
            kind="decision",
            language="zh-hans",
            file="x",
            size=1,
            digest="0",
            code="A" * 20,
            created_at=path.at,
        )
        letter.revoke("试", path.at)
        seal(date(2026, 1, 1), path.at, tmp_path_factory.mktemp("seals"))
        accused = matter(at=path.at).named().found()
        accused.look_into("enter_evidence", by=accused.investigator, kind="expert", title="x", text="x", document="")
        add(accused.complaint, text="补充", at=path.at)
        raised(path, path.at)
        telling(at=path.at).drafted().take("drop", reason="不予披露")
        found = inspecting(at=path.at).answered().inspection.findings.first()
        InspectionPaper.objects.create(finding=found, version=DocumentVersion.objects.first(), digest="0")
        SigningKey.objects.create(fingerprint="sm3:0", pem="…", first_used_at=path.at)
        for rows in (path.committee.registrations, path.project.registrations):
            note(rows, Registered.REGISTRATION, at=path.at, person=path.lead, number="登-1", handled_on=path.at.date())
        made = run("510000", path.at).opened().entered()
        checked = check_list(made)
        assert checked.rows.get().answer is not None
        looked_up(made)
        yield
        transaction.set_rollback(True)


def a_kept_row(model: type[models.Model]) -> models.Model:
    rows = model._base_manager.order_by("pk")
    if model in (Opinion, RecheckOpinion):
        rows = rows.filter(state="cast")
    if model is Submission:
        rows = rows.filter(sealed_at__isnull=False)
    return rows.first()


def text_field(model: type[models.Model]) -> models.Field:
    texts = (f for f in model._meta.concrete_fields if isinstance(f, models.CharField | models.TextField))
    return next(field for field in texts if field.name != "state")


def refused(statement: str, *params: object) -> None:
    with pytest.raises(DatabaseError, match="is kept as written"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)


def test_every_kept_kind_is_guarded() -> None:
    """Who adds a kind to this list has thought about it; who drops one, too."""
    assert [model._meta.label for model in FROZEN] == [
        "committees.CommitteeRegistration",
        "documents.DocumentVersion",
        "documents.Letter",
        "documents.Revocation",
        "reviews.ActivityRegistration",
        "reviews.Addition",
        "reviews.Complainant",
        "reviews.Decision",
        "reviews.Disclosure",
        "reviews.Evidence",
        "reviews.Finding",
        "reviews.GateAnswer",
        "reviews.GateCheck",
        "reviews.GateCheckRow",
        "reviews.InspectionFinding",
        "reviews.InspectionPaper",
        "reviews.Opinion",
        "reviews.RecheckOpinion",
        "reviews.RecheckReport",
        "reviews.RecordLookup",
        "reviews.RectificationAnswer",
        "reviews.Submission",
        "reviews.WarningFinding",
        "trail.Entry",
        "trail.Seal",
        "trail.SigningKey",
    ]


@pytest.mark.parametrize("model", FROZEN, ids=lambda model: model._meta.label)
def test_frozen_row_by_sql(kept: None, model: type[models.Model]) -> None:
    row, table = a_kept_row(model), model._meta.db_table
    column, key = text_field(model).column, model._meta.pk.column

    refused(f"UPDATE {table} SET {column} = 'x' WHERE {key} = %s", row.pk)  # noqa: S608 - the table's own name
    refused(f"DELETE FROM {table} WHERE {key} = %s", row.pk)  # noqa: S608

    assert model._base_manager.filter(pk=row.pk).values().get() == {
        field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields
    }


@pytest.mark.parametrize("model", FROZEN, ids=lambda model: model._meta.label)
def test_frozen_row_by_a_queryset(kept: None, model: type[models.Model]) -> None:
    row = a_kept_row(model)
    rows = model._base_manager.filter(pk=row.pk)

    with pytest.raises(DatabaseError, match="is kept as written"), transaction.atomic():
        rows.update(**{text_field(model).name: "x"})
    with pytest.raises(DatabaseError, match="is kept as written"), transaction.atomic():
        rows._raw_delete(rows.db)

    assert rows.exists()


@pytest.mark.postgres
@pytest.mark.parametrize("model", FROZEN, ids=lambda model: model._meta.label)
def test_frozen_table_is_not_emptied_at_one_stroke(kept: None, model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    refused(f"TRUNCATE {model._meta.db_table} CASCADE")

    assert model._base_manager.exists()


def test_open_rows_may_still_be_written() -> None:
    """The guard looks at the row as it was: a ballot not yet cast, a version not yet sealed."""
    path = case().opened()
    ballot = path.ballot_of(path.members[0])
    version = path.review.submission.follow()

    assert Opinion.objects.filter(pk=ballot.pk).update(comment="", revision=5) == 1
    assert Submission.objects.filter(pk=version.pk).update(revision=5) == 1


def test_a_decision_is_not_rewritten_by_saving_it_again() -> None:
    decision = Decision.objects.get(review=case().concluded().review)
    decision.outcome = "rejected"

    with pytest.raises(DatabaseError, match="is kept as written"), transaction.atomic():
        decision.save()

    decision.refresh_from_db()
    assert decision.outcome == "approved"


def test_triggers_come_back_with_every_migration() -> None:
    triggers.remove()
    without = triggers.missing()

    triggers.install()

    assert without == sorted(without, key=without.index)
    assert set(without) == {model._meta.db_table for model in FROZEN}
    assert triggers.missing() == []
