from django.urls import path

from ethicsreview.policy import views

app_name = "policy"
urlpatterns = [
    path("", views.rules, name="rules"),
    path("documents/", views.documents, name="documents"),
    path("documents/<str:name>/", views.document, name="document"),
    path("<str:key>/", views.rule, name="rule"),
]
