"""Sizes and colours of pictures, read from their first bytes. Nothing is decoded: a decoder is much to trust.

https://www.w3.org/TR/png-3/ · https://www.w3.org/Graphics/JPEG/itu-t81.pdf ·
https://developers.google.com/speed/webp/docs/riff_container
"""

from dataclasses import dataclass
from struct import unpack

PNG_START, PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
PNG_RGB, PNG_RGBA = 2, 6
# Frames of a JPEG: every SOF but the tables (C4), the reserved (C8) and the arithmetic ones (CC).
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
JPEG_LONE = frozenset({0x01, *range(0xD0, 0xD8)})


@dataclass(frozen=True)
class Picture:
    """`is_plain` is what WhatsApp takes: eight bits a colour, RGB or RGBA."""

    width: int
    height: int
    is_plain: bool = True
    is_animated: bool = False


def read_png(data: bytes) -> Picture | None:
    """None for what is no whole PNG."""
    if (
        len(data) < 26
        or not data.startswith(PNG_START)
        or data[12:16] != b"IHDR"
        or PNG_END not in data[-64:]
    ):
        return None
    width, height, bits, colours = unpack(">IIBB", data[16:26])
    return Picture(width, height, is_plain=bits == 8 and colours in (PNG_RGB, PNG_RGBA))


def read_jpeg(data: bytes) -> Picture | None:
    """None for what is no whole JPEG."""
    if not data.startswith(b"\xff\xd8\xff") or b"\xff\xd9" not in data[-1024:]:
        return None
    at = 2
    while at + 10 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in JPEG_FRAMES:
            bits, height, width, colours = unpack(">BHHB", data[at + 4 : at + 10])
            return Picture(width, height, is_plain=bits == 8 and colours == 3)
        at += (
            2 if marker in JPEG_LONE else 1 if marker == 0xFF else 2 + unpack(">H", data[at + 2 : at + 4])[0]
        )
    return None


def read_webp(data: bytes) -> Picture | None:
    """None for what is no whole WebP."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        return None
    if unpack("<I", data[4:8])[0] + 8 > len(data):
        return None
    chunk = data[12:16]
    if chunk == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        return Picture(width, height, is_animated=bool(data[20] & 2))
    if chunk == b"VP8L" and data[20] == 0x2F:
        sizes = int.from_bytes(data[21:25], "little")
        return Picture((sizes & 0x3FFF) + 1, (sizes >> 14 & 0x3FFF) + 1)
    if chunk == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = unpack("<HH", data[26:30])
        return Picture(width & 0x3FFF, height & 0x3FFF)
    return None
