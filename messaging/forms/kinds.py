"""The form of each kind of message that may be sent inside the 24-hour window.

Limits are those that the contents check; a test compares the two.
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from messaging.content import carousel, interactive, lists, media, people, places

from .parts import Field, Fold, Group, Part, Text, When

TEXT_LIMIT = 4096

# -- Pieces that several kinds have -----------------------------------------------------------------

HEADER = Field("header", _("Header"), limit=interactive.HEADER_LIMIT, hint=_("In bold above the text."))
FOOTER = Field("footer", _("Footer"), limit=interactive.FOOTER_LIMIT, hint=_("In small below the text."))
LABEL = Field("label", _("Words on the button"), limit=interactive.LABEL_LIMIT)
URL = Field("url", _("Link"), "url", placeholder="https://")
CAPTION = Field("body", _("Text below"), "textarea", limit=media.CAPTION_LIMIT)


def _body(limit: int = interactive.BODY_LIMIT) -> Field:
    return Field("body", _("Text"), "textarea", limit=limit)


FILE_NAME = Field(
    "filename", _("File name"), limit=media.FILENAME_LIMIT, hint=_("As the contact sees it: invoice.pdf.")
)


def _files(kind: str, most: int, *, when: When | None = None, named: bool = False) -> Group:
    parts: tuple[Part, ...] = (Field("url", _("File"), "media", media=kind),)
    if named:
        parts += (FILE_NAME,)
    parts += (Field("label", _("Label"), limit=media.LABEL_LIMIT, hint=_("Says in words what it shows.")),)
    return Group("files", _("Files"), _("File"), _("Add a file"), parts, least=1, most=most, when=when)


# -- Things to press ---------------------------------------------------------------------------------

REPLY = Group(
    "buttons",
    _("Buttons"),
    _("Button"),
    _("Add a button"),
    (
        Field("title", _("Words on the button"), limit=interactive.LABEL_LIMIT),
        Field(
            "action",
            _("When it is pressed"),
            "select",
            choices=(
                ("reply", _("Its words come back as the answer")),
                ("postback", _("A payload comes back, which the contact does not see")),
            ),
        ),
        Field("payload", _("Payload"), limit=interactive.PAYLOAD_LIMIT, when=When("action", ("postback",))),
    ),
    least=1,
    most=interactive.MOST_BUTTONS,
)

ROW = Group(
    "rows",
    _("Rows"),
    _("Row"),
    _("Add a row"),
    (
        Field("title", _("Title"), limit=lists.TITLE_LIMIT),
        Field("description", _("Description"), limit=lists.DESCRIPTION_LIMIT),
        Field(
            "payload",
            _("Payload"),
            limit=lists.PAYLOAD_LIMIT,
            hint=_("What comes back when it is chosen; without one, the title."),
        ),
    ),
    least=1,
    most=lists.MOST_ROWS,
)
SECTION = Group(
    "sections",
    _("Sections"),
    _("Section"),
    _("Add a section"),
    (
        Field(
            "title",
            _("Title of the section"),
            limit=lists.TITLE_LIMIT,
            hint=_("Needed as soon as there are two sections."),
        ),
        ROW,
    ),
    least=1,
    most=lists.MOST_SECTIONS,
    hint=_("Ten rows in all sections together."),
)

IS_LINK = When("buttons", ("", "link"))
CARD = Group(
    "cards",
    _("Cards"),
    _("Card"),
    _("Add a card"),
    (
        Field("media_url", _("Picture or film"), "media", media="media"),
        Field("body", _("Text of the card"), "textarea", limit=carousel.CARD_LIMIT),
        Field("label", _("Words on the button"), limit=carousel.LABEL_LIMIT, when=IS_LINK),
        Field("url", _("Link"), "url", placeholder="https://", when=IS_LINK),
        Group(
            "replies",
            _("Buttons"),
            _("Button"),
            _("Add a button"),
            (Field("", _("Words on the button"), limit=carousel.LABEL_LIMIT),),
            least=1,
            most=carousel.MOST_REPLIES,
            when=When("buttons", ("reply",)),
        ),
    ),
    least=carousel.LEAST_CARDS,
    most=carousel.MOST_CARDS,
)

# -- People ------------------------------------------------------------------------------------------

# A card may have twenty of each, and a page has to stay below the thousand fields that Django takes.
MOST_LINES = 5
TYPE = Field("type", _("Kind"), placeholder=_("Work, Home, Mobile"))
CONTACT = Group(
    "contacts",
    _("Contacts"),
    _("Contact"),
    _("Add a contact"),
    (
        Field("name", _("Name"), limit=people.NAME_LIMIT),
        Group(
            "phones",
            _("Numbers"),
            _("Number"),
            _("Add a number"),
            (
                Field(
                    "number", _("Number"), "tel", placeholder="+593 99 123 4567", hint=_("With country code.")
                ),
                TYPE,
            ),
            least=0,
            most=MOST_LINES,
        ),
        Group(
            "emails",
            _("E-mail addresses"),
            _("E-mail address"),
            _("Add an e-mail address"),
            (Field("email", _("E-mail address"), "email", placeholder="ana@example.com"), TYPE),
            most=MOST_LINES,
        ),
        Fold(
            "more",
            _("Parts of the name, company, addresses"),
            (
                Field("first_name", _("First name"), limit=people.NAME_LIMIT),
                Field("last_name", _("Last name"), limit=people.NAME_LIMIT),
                Field("company", _("Company"), limit=people.NAME_LIMIT),
                Group(
                    "addresses",
                    _("Postal addresses"),
                    _("Postal address"),
                    _("Add a postal address"),
                    (
                        Field("street", _("Street and number")),
                        Field("city", _("City")),
                        Field("state", _("State or province")),
                        Field("zip", _("Postal code")),
                        Field("country", _("Country")),
                        Field("country_code", _("Country code"), placeholder="EC"),
                        TYPE,
                    ),
                    most=MOST_LINES,
                ),
            ),
        ),
    ),
    least=1,
    most=people.SAFE_CARDS,
)

# -- Every kind ----------------------------------------------------------------------------------------

MEDIA_CHOICES: tuple[tuple[str, Text], ...] = (
    ("image", _("Picture")),
    ("video", _("Film")),
)
KINDS: Mapping[str, tuple[Part, ...]] = {
    "text": (Field("text", _("Text"), "textarea", limit=TEXT_LIMIT, key="body"),),
    "image": (_files("image", media.MOST_FILES), CAPTION),
    "video": (_files("video", 1), CAPTION),
    "audio": (_files("audio", 1),),
    "file": (_files("file", media.MOST_FILES, named=True), CAPTION),
    "sticker": (_files("sticker", 1),),
    "buttons": (
        Field(
            "media",
            _("Above the text"),
            "select",
            choices=(("", _("Nothing, or a header")), *MEDIA_CHOICES, ("file", _("Document"))),
        ),
        _files("media", media.MOST_FILES, when=When("media", ("image", "video", "file")), named=True),
        HEADER,
        _body(),
        FOOTER,
        REPLY,
    ),
    "list": (HEADER, _body(lists.BODY_LIMIT), FOOTER, LABEL, SECTION),
    "cta_url": (HEADER, _body(), FOOTER, LABEL, URL),
    "carousel": (
        _body(),
        Field("media", _("On every card"), "select", choices=MEDIA_CHOICES),
        Field(
            "buttons",
            _("Below every card"),
            "select",
            choices=(("link", _("A button with a link")), ("reply", _("Answers to press"))),
        ),
        CARD,
    ),
    "location": (
        Field("latitude", _("Latitude"), placeholder="-2.1894"),
        Field("longitude", _("Longitude"), placeholder="-79.8891"),
        Field("name", _("Name of the place"), limit=places.NAME_LIMIT),
        Field("address", _("Address"), limit=places.NAME_LIMIT),
    ),
    "location_request": (_body(),),
    "contacts": (CONTACT,),
    "flow": (
        HEADER,
        _body(),
        FOOTER,
        LABEL,
        Field("flow_id", _("Id of the flow"), limit=interactive.NAME_LIMIT),
        Field("flow_name", _("Name of the flow"), limit=interactive.NAME_LIMIT),
        Field("screen", _("First screen"), limit=interactive.NAME_LIMIT, placeholder="WELCOME"),
        Field(
            "mode",
            _("State of the flow"),
            "select",
            choices=(("published", _("Published")), ("draft", _("Draft, for a test"))),
        ),
        Field("message_version", _("Version"), placeholder="3", limit=interactive.LABEL_LIMIT),
    ),
    "voice_call": (HEADER, _body(), FOOTER, LABEL),
}
