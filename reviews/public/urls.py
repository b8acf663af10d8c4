"""What anybody may see without signing in. The address of a letter is printed on it, and never changes."""

from django.urls import path

from reviews.public import complaints, disclosures, front, registers, statistics, views

app_name = "public"
urlpatterns = [
    path("public/", front.front, name="front"),
    path("disclosures/", disclosures.disclosures, name="disclosures"),
    path("disclosures/feed.atom", disclosures.feed, name="disclosures_feed"),
    path("disclosures/<str:ref>/", disclosures.disclosure, name="disclosure"),
    path("register/committees/", registers.committees, name="committees"),
    path("register/committees/<str:ref>/", registers.committee, name="committee"),
    path("register/approvals/", registers.decisions, name="decisions"),
    path("statistics/", statistics.page, name="statistics"),
    path("statistics/decisions.csv", statistics.file, name="statistics_file"),
    path("statistics/decisions.csv-metadata.json", statistics.metadata, name="statistics_metadata"),
    path("keys/", views.keys, name="keys"),
    path("keys/verify.py", views.command, name="command"),
    path("keys/<str:fingerprint>.pem", views.key, name="key"),
    path("complaints/new/", complaints.complain, name="complain"),
    path("complaints/follow/", complaints.follow, name="follow"),
    path("sanctions-published/", complaints.published, name="published"),
    path("verify/", views.find, name="find"),
    path("verify/<str:code>/", views.verify, name="verify"),
]
