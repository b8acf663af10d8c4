from django.urls import path

from ethicsreview.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.mark_all_read, name="mark_all_read"),
    path("preference/", views.set_preference, name="preference"),
    path("<int:pk>/", views.open_notice, name="open"),
]
