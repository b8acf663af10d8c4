"""Saving over what somebody has saved takes knowing what one saves over (RFC 6585, 428)."""

from http import HTTPStatus

from django.utils.translation import gettext as _

from reviews.api.problems import NotAcceptable


def require_revision(given: int | None, current: int) -> int:
    """The revision to save over: the one that was read, or none where nothing has been saved yet."""
    if given is None and current > 0:
        detail = _("已有保存的内容（版本号 %(revision)d）。请读取后，在 revision 中写明所依据的版本号。")
        raise NotAcceptable(
            HTTPStatus.PRECONDITION_REQUIRED, "revision", _("须写明版本号"), detail % {"revision": current}
        )
    return current if given is None else given
