from django.urls import path

from ethicsreview.diary import views

app_name = "diary"
urlpatterns = [
    path("address/", views.address, name="address"),
    path("address/make/", views.make, name="make"),
    path("address/revoke/", views.revoke, name="revoke"),
    path("<str:secret>.ics", views.feed, name="feed"),
]
