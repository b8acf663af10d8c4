"""Where people with a known password may be made, and where never."""

from django.conf import settings
from django.utils.translation import gettext as _

from ethicsreview.accounts.models import Person
from reviews.samples.people import PASSWORD


def objection() -> str:
    """Why this database gets no such people; empty when nothing speaks against it.

    A service that is reached over HTTPS is in use, whatever its database; and where somebody has been entered who is
    not ours, the reviews are real.
    """
    if settings.HTTPS:
        return _("本服务以 HTTPS 对外提供，不添加口令公开的演示人员。")
    if others := Person.objects.filter(is_active=True).exclude(email__endswith="@example.org").count():
        return _("库中已有 %(count)d 名其他人员，不添加口令公开的演示人员。") % {"count": others}
    return ""


def password_line() -> str:
    return f"全部演示人员的密码 / password of all of them: {PASSWORD}"
