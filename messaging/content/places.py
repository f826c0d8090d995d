import math
from typing import Literal

from django.utils.translation import gettext as _

from templates_app.bubbles import Bubble, Place
from templates_app.problems import Problem

from .base import Content
from .checks import check_optional

NAME_LIMIT = 1000


class LocationContent(Content):
    """A point on the map, in degrees with a point or a comma.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/location-messages
    """

    kind: Literal["location"] = "location"
    latitude: str = ""
    longitude: str = ""
    name: str = ""
    address: str = ""

    @property
    def coordinates(self) -> tuple[float, float]:
        """Raises ValueError for what is no number."""
        return degrees(self.latitude), degrees(self.longitude)

    def problems(self) -> list[Problem]:
        return [
            *_check_degrees("latitude", _("The latitude"), self.latitude, 90),
            *_check_degrees("longitude", _("The longitude"), self.longitude, 180),
            *check_optional("name", _("The name"), self.name, NAME_LIMIT),
            *check_optional("address", _("The address"), self.address, NAME_LIMIT),
            *self.delivery.problems(),
        ]

    def bubble(self) -> Bubble:
        place = Place(self.latitude.strip(), self.longitude.strip(), self.name.strip(), self.address.strip())
        return Bubble(place=place)


def degrees(text: str) -> float:
    """Raises ValueError for what is no number."""
    if len(text) > 40 or "_" in text:
        raise ValueError("No number is written like this.")
    number = float(text.strip().replace(",", ".").replace("\u2212", "-"))
    if not math.isfinite(number):
        raise ValueError("Not a number.")
    return number


def _check_degrees(field: str, name: str, text: str, most: int) -> list[Problem]:
    try:
        is_right = abs(degrees(text)) <= most
    except ValueError:
        is_right = False
    if is_right:
        return []
    sentence = _("%(name)s is a number from -%(most)d to %(most)d, such as -2.1894. Write it like this.")
    return [Problem(field, sentence % {"name": name, "most": most})]
