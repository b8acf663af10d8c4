"""What anybody may see without signing in. The address of a letter is printed on it, and never changes."""

from django.urls import path

from reviews.public import complaints, views

app_name = "public"
urlpatterns = [
    path("keys/", views.keys, name="keys"),
    path("keys/verify.py", views.command, name="command"),
    path("keys/<str:fingerprint>.pem", views.key, name="key"),
    path("complaints/new/", complaints.complain, name="complain"),
    path("complaints/follow/", complaints.follow, name="follow"),
    path("sanctions-published/", complaints.published, name="published"),
    path("verify/", views.find, name="find"),
    path("verify/<str:code>/", views.verify, name="verify"),
]
