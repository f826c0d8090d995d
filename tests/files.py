"""Small files that are what they say, made by hand."""

import io
import struct
import zipfile
import zlib


def png(width: int = 2, height: int = 2, *, bits: int = 8, colours: int = 2) -> bytes:
    rows = zlib.compress(b"".join(b"\x00" + b"\x10\x80\x60" * width for _row in range(height)))
    head = struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )


def jpeg(colours: int = 3, bits: int = 8) -> bytes:
    """Its head and its end, with nothing to see between them."""
    table = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 8 + 3 * colours, bits, 20, 30, colours) + bytes(3 * colours)
    return b"\xff\xd8" + table + frame + b"\xff\xd9"


def webp(width: int = 512, height: int = 512, *, moves: bool = False, size: int = 0) -> bytes:
    head = bytes([2 if moves else 0, 0, 0, 0])
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + head + sides + bytes(size)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def mp4(brand: bytes = b"isom") -> bytes:
    return struct.pack(">I", 16) + b"ftyp" + brand + bytes(4) + b"mdat"


def office(folder: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}/document.xml", "<x/>")
    return buffer.getvalue()


PDF = b"%PDF-1.7\n%%EOF"
OGG_OPUS = b"OggS" + bytes(24) + b"OpusHead"
OGG_VORBIS = b"OggS" + bytes(24) + b"\x01vorbis"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64)
