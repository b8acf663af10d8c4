"""Why something was not delivered, in words: each reason code as people read it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

WORDS = {
    "address_bounced": gettext_noop("邮箱退信，请更正邮箱"),
    "address_malformed": gettext_noop("地址不完整或者格式不对"),
    "address_missing": gettext_noop("没有填写邮箱"),
    "address_not_https": gettext_noop("地址不是https://开头"),
    "address_not_of_platform": gettext_noop("地址不是该平台的机器人地址"),
    "address_private": gettext_noop("地址在内部网络，未经运维人员许可"),
    "address_with_password": gettext_noop("地址中含有用户名或者密码"),
    "by_hand": gettext_noop("人工停用"),
    "endpoint_off": gettext_noop("接收地址已停用"),
    "name_unknown": gettext_noop("找不到该主机名"),
    "SMTPRecipientsRefused": gettext_noop("邮件服务器拒收该收件人"),
    "SMTPDataError": gettext_noop("邮件服务器拒收该邮件"),
    "SMTPSenderRefused": gettext_noop("邮件服务器拒绝本系统发信"),
    "SMTPAuthenticationError": gettext_noop("邮件服务器不接受本系统的密码"),
    "ConnectionRefusedError": gettext_noop("邮件服务器无法连接"),
    "TimeoutError": gettext_noop("邮件服务器没有及时应答"),
    "Unreadable": gettext_noop("系统密钥已更换，请重新填写地址"),
}
# 企业微信、钉钉、飞书 answer with a number; those that people meet most.
CODES = {
    *("93000", "93017", "300001", "300005", "400101", "400106", "19001", "19002"),
}
SIGNATURES = {"310000", "19021", "19024", "19022"}


def reason_text(code: str) -> str:
    if code in WORDS:
        return _(WORDS[code])
    sort, _sep, detail = code.partition(":")
    if sort == "no_answer":
        return _("对方没有应答（%(detail)s）") % {"detail": detail}
    if sort == "bounced":
        return _("退信（%(detail)s）") % {"detail": detail}
    kind, _sep, number = code.partition("_")
    if kind == "http" and number.isdecimal():
        return _("对方应答HTTP %(number)s") % {"number": number}
    if kind == "code" and number in CODES:
        return _("机器人地址无效或者机器人已移除（错误码%(number)s）") % {"number": number}
    if kind == "code" and number in SIGNATURES:
        return _("签名、关键词或者来源地址不符合机器人的安全设置（错误码%(number)s）") % {"number": number}
    if kind == "code":
        return _("对方应答错误码%(number)s") % {"number": number}
    return code
