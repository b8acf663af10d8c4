from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from ethicsreview.notices.models import Notice


def unread_notices(request: HttpRequest) -> dict[str, Any]:
    """`unread_notices`: "" for none, else "1" … "99+". Asked of the database only by a page that shows it."""

    def count() -> str:
        if not request.user.is_authenticated:
            return ""
        number = Notice.objects.visible_to(request.user).unread().count_to_many()
        return "" if number == "0" else number

    return {"unread_notices": SimpleLazyObject(count)}
