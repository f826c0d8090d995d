"""What may stand in a blank, whatever the blank is for.

Errors 131008, 132000 and 132018 of
https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

import re
from urllib.parse import quote

from django.utils.translation import gettext as _

from templates_app.problems import BREAKS, URL_UNSAFE, Problem, check_characters, is_visible

_SPACES = re.compile(r" {5,}")


def check_line(field: str, name: str, value: str) -> list[Problem]:
    """A value that must be there, on one line."""
    if not is_visible(value):
        sentence = _("%(name)s has no value, and WhatsApp refuses a message with an empty blank. Write one.")
        return [Problem(field, sentence % {"name": name})]
    return check_characters(field, name, value) or _check_spaces(field, name, value)


def check_suffix(field: str, name: str, value: str) -> list[Problem]:
    """What a link ends in is put there as it is, so it must be percent-encoded already."""
    if problems := check_line(field, name, value):
        return problems
    if not URL_UNSAFE.search(value):
        return []
    sentence = _("%(name)s goes into a link, which takes no spaces and few signs. Write %(encoded)s instead.")
    encoded = quote(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", value), safe="%:/?#[]@!$&'()*+,;=~")
    return [Problem(field, sentence % {"name": name, "encoded": encoded})]


def _check_spaces(field: str, name: str, value: str) -> list[Problem]:
    """Error 132018, and 132000 before Graph v23. In Meta's own words:
    https://github.com/netflie/whatsapp-cloud-api/issues/201
    """
    problems, facts = [], {"name": name}
    if BREAKS.search(value):
        sentence = _("%(name)s has a line break or a tab, which WhatsApp refuses in a value. Use one line.")
        problems.append(Problem(field, sentence % facts))
    if _SPACES.search(value):
        sentence = _("%(name)s has more than four spaces in a row, which WhatsApp refuses. Leave one.")
        problems.append(Problem(field, sentence % facts))
    return problems
