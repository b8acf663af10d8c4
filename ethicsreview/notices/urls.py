from django.urls import path

from ethicsreview.notices import preferences, views

app_name = "notices"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.mark_all_read, name="mark_all_read"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("preferences/robots/", preferences.add_robot, name="robot_new"),
    path("preferences/robots/<int:pk>/", preferences.change_robot, name="robot"),
    path("<int:pk>/", views.open_notice, name="open"),
    path("<int:pk>/done/", views.set_done, name="done"),
]
