from django.urls import path

from ethicsreview.work import views

app_name = "work"
urlpatterns = [
    path("", views.jobs, name="jobs"),
    path("new/<str:name>/", views.new, name="new"),
    path("<str:ref>/", views.job, name="job"),
    path("<str:ref>/progress/", views.progress, name="progress"),
    path("<str:ref>/cancel/", views.cancel_job, name="cancel"),
    path("<str:ref>/result/", views.result, name="result"),
]
