"""What a file really is, whatever its name says, and whether WhatsApp takes it.

https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
"""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from django.utils.translation import gettext as _

from messaging.content.media import MEGABYTE, SIZES, TYPES

from .pictures import Picture, read_jpeg, read_png, read_webp

HEAD = 4096
STICKER_SIDE = 512
# What a phone's camera makes is below; a small file may claim more, to fill the memory of who opens it.
MOST_PIXELS = 100_000_000
ANIMATED_STICKER = 500 * 1024
KIB = 1024
MOST_ENTRIES = 5000
# An archive ends in the list of its names, after that the list's length, and at most 64 KB of comment.
# https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
LIST_END, LARGE_LIST_END, LARGEST_END = b"PK\x05\x06", b"PK\x06\x07", 65_557
MOST_LISTED = 1024 * 1024

OFFICE = {"word/": ".docx", "xl/": ".xlsx", "ppt/": ".pptx"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_OFFICE = (".doc", ".xls", ".ppt")


class FileRefused(Exception):
    """WhatsApp would not take this file; the message is a sentence for people."""


@dataclass(frozen=True)
class FileFacts:
    """`mime` by content; sides are 0 for what is no picture."""

    mime: str
    size: int
    width: int = 0
    height: int = 0


def inspect(file: BinaryIO, name: str, kind: str) -> FileFacts:
    """What a file is, sent as `kind` (image, video, audio, file, sticker). Raises FileRefused."""
    size = file.seek(0, 2)
    if not size:
        raise FileRefused(_("The file is empty. Choose another one."))
    # A moving sticker may be larger, and that is known only once it is read.
    most = ANIMATED_STICKER if kind == "sticker" else SIZES[kind]
    if size > most:
        raise _too_large(size, most)
    mime = _mime(file, name)
    if mime not in TYPES[kind].values():
        facts = {"type": mime or _("of an unknown type"), "types": ", ".join(TYPES[kind])}
        sentence = _("This file is %(type)s, and WhatsApp takes %(types)s here. Choose another one.")
        raise FileRefused(sentence % facts)
    picture = _picture(file, mime) if mime.startswith("image/") else None
    if picture:
        _check_picture(picture, kind, size)
    return FileFacts(mime, size, *((picture.width, picture.height) if picture else ()))


def _too_large(size: int, most: int) -> FileRefused:
    facts = {"size": readable(size), "limit": readable(most)}
    return FileRefused(_("The file has %(size)s, and WhatsApp takes %(limit)s. Make it smaller.") % facts)


def readable(size: int) -> str:
    return f"{size / MEGABYTE:.1f} MB" if size >= MEGABYTE else f"{max(size // KIB, 1)} KB"


# -- Pictures ------------------------------------------------------------------------------------------

_READERS: dict[str, Callable[[bytes], Picture | None]] = {
    "image/png": read_png,
    "image/jpeg": read_jpeg,
    "image/webp": read_webp,
}


def _picture(file: BinaryIO, mime: str) -> Picture:
    file.seek(0)
    picture = _READERS[mime](file.read())
    if picture is None or not picture.width or not picture.height:
        raise FileRefused(_("The picture is damaged or cut off. Save it again and choose it once more."))
    if picture.width * picture.height > MOST_PIXELS:
        sentence = _("The picture has %(width)d × %(height)d pixels, which is too many. Make it smaller.")
        raise FileRefused(sentence % {"width": picture.width, "height": picture.height})
    return picture


def _check_picture(picture: Picture, kind: str, size: int) -> None:
    if kind == "sticker":
        _check_sticker(picture, size)
    elif not picture.is_plain:
        raise FileRefused(_("WhatsApp takes pictures with 8 bits a colour in RGB. Save it as a plain JPEG."))


def _check_sticker(picture: Picture, size: int) -> None:
    if (picture.width, picture.height) != (STICKER_SIDE, STICKER_SIDE):
        sentence = _("A sticker has 512 × 512 pixels, and this has %(width)d × %(height)d. Change its size.")
        raise FileRefused(sentence % {"width": picture.width, "height": picture.height})
    if not picture.is_animated and size > SIZES["sticker"]:
        raise _too_large(size, SIZES["sticker"])


# -- Types by content ----------------------------------------------------------------------------------


def _mime(file: BinaryIO, name: str) -> str:
    """By the first bytes; empty for what nobody here knows."""
    file.seek(0)
    head = file.read(HEAD)
    for look in (_by_start, _by_box, _by_ogg, _by_sound):
        if mime := look(head):
            return mime
    if head.startswith(b"PK\x03\x04"):
        return _office(file)
    ending = PurePosixPath(name).suffix.lower()
    if head.startswith(OLE):
        return TYPES["file"][ending] if ending in OLD_OFFICE else ""
    return TYPES["file"][".txt"] if ending == ".txt" and _is_text(head) else ""


def _by_start(head: bytes) -> str:
    starts = {
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"\xff\xd8\xff": "image/jpeg",
        b"%PDF-": "application/pdf",
        b"#!AMR\n": "audio/amr",
        b"ID3": "audio/mpeg",
    }
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for start, mime in starts.items() if head.startswith(start)), "")


def _by_box(head: bytes) -> str:
    """MPEG-4 files say what they are in their first box."""
    if head[4:8] != b"ftyp":
        return ""
    brand = head[8:12]
    if brand in (b"M4A ", b"M4B "):
        return "audio/mp4"
    if brand.startswith(b"3g"):
        return "video/3gpp"
    return "" if brand in (b"qt  ", b"heic", b"heix", b"mif1", b"avif") else "video/mp4"


def _by_ogg(head: bytes) -> str:
    """Opus alone: WhatsApp plays no other sound in an Ogg file."""
    return "audio/ogg" if head.startswith(b"OggS") and b"OpusHead" in head[:128] else ""


def _by_sound(head: bytes) -> str:
    """The twelve bits that begin a frame of AAC (layer 0) or of MP3 (layer III)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return ""
    layer = head[1] & 0x06
    return "audio/aac" if head[1] & 0xF6 == 0xF0 else "audio/mpeg" if layer == 0x02 else ""


def _is_short_list(file: BinaryIO) -> bool:
    """Reading the names takes memory: a list that says it is long, or that is of the long kind, is none."""
    size = file.seek(0, 2)
    file.seek(max(size - LARGEST_END, 0))
    end = file.read()
    at = end.rfind(LIST_END)
    listed = int.from_bytes(end[at + 12 : at + 16], "little")
    return at >= 0 and LARGE_LIST_END not in end and listed <= MOST_LISTED


def _office(file: BinaryIO) -> str:
    """By the folder inside; only the list of names is read."""
    if not _is_short_list(file):
        return ""
    try:
        with zipfile.ZipFile(file) as archive:
            names = [entry.filename for entry in archive.infolist()[:MOST_ENTRIES]]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError):
        return ""  # zipfile's words for: no archive, names that are none, cut off, too new, locked
    if "[Content_Types].xml" not in names:
        return ""
    found = (ending for folder, ending in OFFICE.items() if any(name.startswith(folder) for name in names))
    return TYPES["file"].get(next(found, ""), "")


def _is_text(head: bytes) -> bool:
    try:
        text = head[: HEAD - 4].decode() if len(head) == HEAD else head.decode()
    except UnicodeDecodeError as error:
        text = head[: error.start].decode() if error.start > HEAD - 8 else "\x00"
    return "\x00" not in text
