"""Addresses of the desk's own pages; Django's admin serves the lists behind them."""

from django.urls import path

from reviews.desk import pages

app_name = "desk"
urlpatterns = [
    path("reviews/<str:ref>/", pages.review, name="review"),
    path("meetings/<str:ref>/", pages.meeting, name="meeting"),
    path("committees/<str:ref>/", pages.committee, name="committee"),
]
