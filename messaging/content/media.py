"""Pictures, films, sounds, documents and stickers.

https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media and
https://docs.jelou.ai/api/envia-mensajes/imagen with the pages beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar, Literal
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from templates_app.bubbles import Bubble, Media
from templates_app.link_rules import check_link
from templates_app.problems import Problem, has_controls

from .base import Content
from .checks import check_count, check_optional
from .parts import Part

CAPTION_LIMIT = 1024
LABEL_LIMIT = 1000
FILENAME_LIMIT = 240
MOST_FILES = 10
MEGABYTE = 1024 * 1024

# Content types by the end of the address, for each kind of file.
TYPES: Mapping[str, Mapping[str, str]] = {
    "image": {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"},
    "video": {".mp4": "video/mp4", ".3gp": "video/3gpp"},
    "audio": {
        ".mp3": "audio/mpeg",
        ".aac": "audio/aac",
        ".m4a": "audio/mp4",
        ".amr": "audio/amr",
        ".ogg": "audio/ogg",
        ".opus": "audio/ogg",
    },
    "file": {
        ".pdf": "application/pdf",
        ".txt": "text/plain",
        ".doc": "application/msword",
        ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".xls": "application/vnd.ms-excel",
        ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".ppt": "application/vnd.ms-powerpoint",
        ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    },
    "sticker": {".webp": "image/webp"},
}
# Bytes at most. Documents: Jelou and WhatsApp take 100 MB; stickers: 100 KB unless they move.
SIZES: Mapping[str, int] = {
    "image": 5 * MEGABYTE,
    "video": 16 * MEGABYTE,
    "audio": 16 * MEGABYTE,
    "file": 100 * MEGABYTE,
    "sticker": 100 * 1024,
}


class MediaFile(Part):
    """`mime` is known of uploaded files only; of others the end of the address tells. `label` is read out."""

    url: str = ""
    filename: str = ""
    label: str = ""
    mime: str = ""

    @property
    def path(self) -> PurePosixPath:
        try:
            return PurePosixPath(urlsplit(self.url.strip()).path)
        except ValueError:
            return PurePosixPath()

    @property
    def ending(self) -> str:
        return self.path.suffix.lower()

    def type_of(self, kind: str) -> str:
        """Its content type as a file of this kind; the kind's first one where nothing tells."""
        known = TYPES[kind]
        return self.mime or known.get(self.ending) or next(iter(known.values()))

    def problems(self, field: str, kind: str) -> list[Problem]:
        if flaws := check_link(f"{field}.url", _("The link to the file"), self.url.strip()):
            return flaws
        return [
            *self._type_problems(f"{field}.url", kind),
            *check_optional(f"{field}.label", _("The label"), self.label, LABEL_LIMIT),
            *self._name_problems(f"{field}.filename"),
        ]

    def _type_problems(self, field: str, kind: str) -> list[Problem]:
        """By what an upload turned out to be, else by the ending; an address without one passes."""
        known = TYPES[kind]
        is_right = self.mime in known.values() if self.mime else self.ending in ("", *known)
        if is_right:
            return []
        sentence = _("This is a %(type)s file, and WhatsApp takes %(types)s here. Choose another file.")
        return [Problem(field, sentence % {"type": self.mime or self.ending, "types": ", ".join(known)})]

    def _name_problems(self, field: str) -> list[Problem]:
        if has_controls(self.filename) or "/" in self.filename or "\\" in self.filename:
            sentence = _("The file name has a slash or an invisible character. Write it without.")
            return [Problem(field, sentence)]
        return check_optional(field, _("The file name"), self.filename, FILENAME_LIMIT)

    def drawn(self, kind: str) -> Media:
        shown = "document" if kind == "file" else kind
        return Media(shown, self.url.strip(), self.filename.strip(), self.label.strip())


def check_files(field: str, files: Sequence[MediaFile], kind: str) -> list[Problem]:
    """One file or several of one kind."""
    problems = check_count(field, files, 1, MOST_FILES)
    for index, file in enumerate(files):
        problems += file.problems(f"{field}.{index}", kind)
    return problems


def drawn(files: Sequence[MediaFile], kind: str) -> Bubble:
    """The files alone, the first one large."""
    shown = [file.drawn(kind) for file in files]
    return Bubble(media=shown[0] if shown else None, more_media=tuple(shown[1:]))


class MediaContent(Content):
    """One file, or several where the provider takes them, with a text below if the kind has one."""

    files: tuple[MediaFile, ...] = ()

    def problems(self) -> list[Problem]:
        return [*self.file_problems(), *self.delivery.problems()]

    def file_problems(self) -> list[Problem]:
        return check_files("files", self.files, self.kind)

    def bubble(self) -> Bubble:
        return drawn(self.files, self.kind)

    def text(self) -> str:
        """Where nobody said anything, the name in the address does."""
        return super().text() or "\n".join(file.path.name or file.url for file in self.files)


class CaptionedContent(MediaContent):
    body: str = ""

    def problems(self) -> list[Problem]:
        return [*super().problems(), *check_optional("body", _("The text"), self.body, CAPTION_LIMIT)]

    def bubble(self) -> Bubble:
        return replace(super().bubble(), body=self.body.strip())


class ImageContent(CaptionedContent):
    kind: Literal["image"] = "image"


class VideoContent(CaptionedContent):
    kind: Literal["video"] = "video"


class FileContent(CaptionedContent):
    """Documents; among several there may be films and sounds too."""

    kind: Literal["file"] = "file"

    others: ClassVar[Sequence[str]] = ("video", "audio")

    def kind_of(self, file: MediaFile) -> str:
        """`file`, or what else it is by its type or ending."""
        for kind in self.others if len(self.files) > 1 else ():
            if (file.mime or TYPES[kind].get(file.ending)) in TYPES[kind].values():
                return kind
        return "file"

    def bubble(self) -> Bubble:
        shown = [file.drawn(self.kind_of(file)) for file in self.files]
        media, more = (shown[0] if shown else None), tuple(shown[1:])
        return Bubble(media=media, more_media=more, body=self.body.strip())

    def file_problems(self) -> list[Problem]:
        problems = check_count("files", self.files, 1, MOST_FILES)
        for index, file in enumerate(self.files):
            problems += file.problems(f"files.{index}", self.kind_of(file))
        return problems


class AudioContent(MediaContent):
    kind: Literal["audio"] = "audio"


class StickerContent(MediaContent):
    kind: Literal["sticker"] = "sticker"
