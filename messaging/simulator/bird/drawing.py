"""Bird's messages as the phone shows them."""

from collections.abc import Callable

from messaging.simulator.bird.bodies import inside, label
from messaging.simulator.bird.rows import body_of
from messaging.simulator.bird.templates import put_in
from messaging.simulator.bubbles import Bubble, Button, link, media, styled
from messaging.simulator.rows import Json, Message

MEDIA = {"image/webp": "sticker", "video": "video", "audio": "audio", "image": "image"}


def draw(message: Message) -> Bubble:
    body = body_of(message)
    drawn = DRAWN[body["type"]](inside(body)) if body and body["type"] in DRAWN else Bubble(body=styled("…"))
    if message.template:
        content, given = message.template["content"][message.template["locale"]], message.template["values"]
        drawn.header = put_in((content.get("header") or {}).get("text", ""), given)
        drawn.footer = content.get("footer") or ""
    return drawn


def _text(text: Json) -> Bubble:
    return Bubble(body=styled(text["text"]), buttons=_buttons(text))


def _image(image: Json) -> Bubble:
    names = [(one["mediaUrl"], one.get("altText", "")) for one in image["images"]]
    return _with_media(image, [("image", url, name) for url, name in names])


def _file(file: Json) -> Bubble:
    return _with_media(
        file, [(_kind(one), one["mediaUrl"], one.get("filename", "")) for one in file["files"]]
    )


def _with_media(content: Json, files: list[tuple[str, str, str]]) -> Bubble:
    """One stands above the text; several stand side by side."""
    drawn = Bubble(body=styled(content.get("text", "")), buttons=_buttons(content))
    pieces = [media(*file) for file in files]
    if len(pieces) == 1:
        for name, value in pieces[0].items():
            setattr(drawn, name, value)
    else:
        drawn.pieces = [Bubble(**piece) for piece in pieces]
    return drawn


def _place(place: Json) -> Bubble:
    at, named = place["coordinates"], place.get("location", {})
    lines = [named.get("label", ""), named.get("address", ""), f"📍 {at['latitude']}, {at['longitude']}"]
    return Bubble(body=styled("\n".join(line for line in lines if line)))


def _list(content: Json) -> Bubble:
    """The title of a section stands before its first row."""
    drawn = Bubble(header=content.get("title", ""), body=styled(content["text"]))
    drawn.options_label = content.get("metadata", {}).get("button", {}).get("label", "Show options")
    for section in content.get("items") or []:
        title = section.get("title", "")
        for number, action in enumerate(section["actions"]):
            hint = " · ".join(part for part in (title if number == 0 else "", _description(action)) if part)
            drawn.options.append((_button(action), hint))
    return drawn


def _carousel(content: Json) -> Bubble:
    cards = [_card(item) for item in content["items"] or []]
    return Bubble(body=styled(content.get("text", "")), cards=cards)


def _card(item: Json) -> Bubble:
    url = item["mediaUrl"]
    kind = "video" if url.lower().endswith((".mp4", ".3gp", ".3gpp")) else "image"
    return Bubble(
        **media(kind, url, item.get("altText", "")),
        header=item["title"],
        body=styled(item.get("description", "")),
        buttons=_buttons(item),
    )


def _description(action: Json) -> str:
    metadata = action[action["type"]].get("metadata") or {}
    return str(metadata.get("description", {}).get("label", ""))


def _buttons(content: Json) -> list[Button]:
    return [_button(action) for action in content.get("actions") or []]


def _button(action: Json) -> Button:
    """Pressing sends the title; the payload goes back beside it."""
    text = label(action)
    if action["type"] == "link":
        return link(text, action["link"]["url"])
    return Button(text) if action["type"] == "locationRequest" else Button(text, "reply", text)


def _kind(file: Json) -> str:
    kind = file["contentType"]
    return MEDIA.get(kind) or MEDIA.get(kind.partition("/")[0]) or "document"


DRAWN: dict[str, Callable[[Json], Bubble]] = {
    "text": _text,
    "image": _image,
    "file": _file,
    "location": _place,
    "list": _list,
    "carousel": _carousel,
}
