"""A person's deadlines as an iCalendar text (RFC 5545), for the calendar on their phone or desk.

It says what is to be done, of which number, by when and by which article: no title of a project and no name, since
whoever has the address can read it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from ethicsreview.deadlines.models import Deadline
from ethicsreview.policy import cite

MOST = 500
REFRESH = timedelta(hours=1)


def text_of(rows: Iterable[Deadline], at: datetime) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//ethicsreview//deadlines//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("科技伦理审查期限"))
    calendar.add("x-wr-timezone", settings.TIME_ZONE)
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    for row in rows:
        calendar.add_component(_event(row, at))
    return calendar.to_ical()


def _event(row: Deadline, at: datetime) -> Event:
    event = Event()
    # The same for ever, so that a moved end moves the entry and makes no second one.
    event.add("uid", f"deadline-{row.pk}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("dtstamp", at)
    event.add("sequence", sum(change["change"] in {"extended", "resumed"} for change in row.history))
    event.add("summary", _("%(name)s（%(more)s）") % {"name": row.title, "more": row.object_ref})
    if row.by_day:
        event.add("dtstart", row.last_day)
        event.add("dtend", row.last_day + timedelta(days=1))
    else:
        event.add("dtstart", row.due_at)
        event.add("dtend", row.due_at)
    words = [_("截止：%(due)s") % {"due": row.due_text}]
    if row.paused_at is not None:
        words.append(_("已暂停计时"))
    if row.citation:
        words.append(_("依据：%(article)s") % {"article": cite(row.citation)})
    event.add("description", "\n".join(words))
    event.add("url", f"{settings.SITE_URL}{row.url}")
    event.add("transp", "TRANSPARENT")
    return event
