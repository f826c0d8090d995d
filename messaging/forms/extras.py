"""The forms beside the message itself: what a template needs besides its values, and how to deliver."""

from collections.abc import Collection, Iterator

from django.utils.translation import gettext_lazy as _

from templates_app.components import VARIABLE, Card, Components, names_in_order

from .parts import Field, Fold, Group, Part, Text

MOST_CARDS = 10
LEAST_CARDS = 2
MOST_OPTIONS = 10

ANSWERED = Fold(
    "answered",
    _("When they answer"),
    (
        Field("answered.flow_id", _("Go to the flow"), hint=_("The id of a flow of the bot.")),
        Group(
            "answered.menu",
            _("Menu"),
            _("Option"),
            _("Add an option"),
            (Field("title", _("Title")), Field("flow_id", _("Leads to the flow"))),
            most=MOST_OPTIONS,
            hint=_("They answer with its number."),
        ),
        Field(
            "answered.menu_seconds",
            _("How long the menu is open"),
            placeholder="3600",
            hint=_("In seconds."),
        ),
        Group(
            "answered.memory",
            _("Stored values"),
            _("Value"),
            _("Add a value"),
            (Field("name", _("Name")), Field("value", _("Value"))),
            most=MOST_OPTIONS,
            hint=_("The bot remembers them when it talks with this contact."),
        ),
    ),
)


FILE_LABELS = {
    "image": _("Address of the image"),
    "video": _("Address of the video"),
    "document": _("Address of the document"),
}


def header_parts(components: Components, options: Collection[str]) -> tuple[Part, ...]:
    """The file in a template's header, and a document's name where the provider has a place for it."""
    kind = components.media_format
    if not kind:
        return ()
    file = Field("media_url", FILE_LABELS[kind], "media", media=kind)
    name = Field("filename", _("File name"), placeholder=_("invoice.pdf"))
    return (file, name) if kind == "document" and "filename" in options else (file,)


def template_parts(components: Components, options: Collection[str]) -> tuple[Part, ...]:
    """What is to be filled besides the blanks and the header's file; `options` are the provider's."""
    return tuple(_template_parts(components, options))


def _template_parts(components: Components, options: Collection[str]) -> Iterator[Part]:
    kinds = {button.kind for button in components.buttons}
    if "catalog" in kinds:
        yield Field("thumbnail_url", _("Picture of the catalogue"), "media", media="image")
    if components.offer:
        yield Field("offer_ends", _("End of the offer"), "datetime")
    if components.is_carousel:
        yield _cards(components)
    if "flows" in options:
        yield from _flows(components)
    if "answered" in options:
        yield ANSWERED
    if more := [part for part in MORE if part.name in options]:
        yield Fold("details", _("Campaign and expiry"), tuple(more))


MORE = (
    Field("campaign", _("Id of the campaign"), hint=_("Groups messages in the provider's reports.")),
    Field("expires", _("Give up after"), "datetime", hint=_("If it has not arrived by then.")),
)


def _flows(components: Components) -> Iterator[Part]:
    fields = tuple(
        Field(f"flows.{index}", _("When they press “%(label)s”") % {"label": button.label})
        for index, button in enumerate(components.buttons)
        if button.kind == "quick_reply"
    )
    if fields:
        hint = _("The id of the flow that the bot goes to; empty for none.")
        yield Fold("flows", _("When they press a button"), fields, hint)


def _cards(components: Components) -> Group:
    """As they were approved where that is known; else whoever writes says how many blanks they have."""
    known = tuple(_card(card) for card in components.cards)
    least, most = (len(known), len(known)) if known else (LEAST_CARDS, MOST_CARDS)
    names = ("cards", _("Cards"), _("Card"), _("Add a card"))
    unknown = _(
        "The provider does not tell what stands on these cards: fill as many values as each has blanks."
    )
    return Group(*names, UNLISTED_CARD, least=least, most=most, hint="" if known else unknown, each=known)


def _card(card: Card) -> tuple[Part, ...]:
    """Its file, and one input for each blank, with the text or the link that the blank stands in."""
    media = "video" if card.header.format == "video" else "image"
    file = Field("media_url", FILE_LABELS[media], "media", media=media)
    links = [f"{button.label}: {button.url}" for button in card.buttons if VARIABLE.search(button.pattern)]
    texts = (
        _blanks("params", _("Values of the text"), _("Value"), len(names_in_order(card.body)), card.body),
        _blanks("links", _("Values of the links"), _("End of the link"), len(links), ", ".join(links)),
    )
    return (file, *(group for group in texts if group.most))


def _blanks(name: str, label: Text, item: Text, count: int, hint: str) -> Group:
    """A single blank has no frame, so its hint stands at the input."""
    field = Field("", item, hint=hint if count == 1 else "")
    return Group(name, label, item, "", (field,), least=count, most=count, hint=hint)


UNLISTED_CARD: tuple[Part, ...] = (
    Field("media_url", FILE_LABELS["image"], "media", media="image"),
    Group("params", _("Values of the text"), _("Value"), _("Add a value"), (Field("", _("Value")),)),
    Group(
        "links",
        _("Values of the links"),
        _("End of the link"),
        _("Add an end of a link"),
        (Field("", _("End of the link")),),
    ),
)


DELIVERY = (
    Field("tags", _("Tags"), "tags", hint=_("Up to ten, separated by commas."), placeholder="vip, quito"),
    Field("scheduled_for", _("Send at"), "datetime"),
    Field("validity", _("Valid for"), placeholder="3600", hint=_("In seconds; later it is not delivered.")),
    Field(
        "use_case",
        _("Use case"),
        "select",
        choices=(
            ("", _("Not said")),
            ("transactional", _("Transactional")),
            ("marketing", _("Marketing")),
        ),
    ),
    Field("cap_frequency", _("Keep to the frequency cap"), "checkbox"),
    Field("ignore_quiet_hours", _("Send during quiet hours too"), "checkbox"),
    Field("link_tracking", _("Count presses on links"), "checkbox"),
    Field(
        "short_links",
        _("Short links"),
        placeholder="go.example.com",
        hint=_("The domain that links are shortened with, or “default”."),
    ),
    Field("notification_url", _("Notification URL"), "url", placeholder="https://"),
)


def delivery_parts(options: Collection[str]) -> tuple[Part, ...]:
    """The provider's options of delivery, folded away; nothing for one that has none."""
    fields = tuple(
        Field(
            f"delivery.{one.name}",
            one.label,
            one.widget,
            hint=one.hint,
            placeholder=one.placeholder,
            choices=one.choices,
        )
        for one in DELIVERY
        if one.name in options
    )
    return (Fold("delivery", _("Delivery"), fields),) if fields else ()
