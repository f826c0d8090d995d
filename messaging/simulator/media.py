"""The files that the demo's templates point at, made on the spot.

The pictures and the documents are real. The film is not: it has the right beginning of an MP4 and no
frames, so that it has a type and a size but nothing to play.
"""

import struct
import zlib
from collections.abc import Callable
from functools import cache

from django.http import Http404, HttpRequest, HttpResponse

Colour = tuple[int, int, int]

WIDTH, HEIGHT = 480, 252


def sample(request: HttpRequest, name: str) -> HttpResponse:
    if name not in FILES:
        raise Http404
    kind, make = FILES[name]
    return HttpResponse(make(), content_type=kind)


@cache
def picture(top: Colour, bottom: Colour) -> bytes:
    """A PNG: a gradient with a pale disc rising in it."""
    rows = b"".join(_row(y, top, bottom) for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _row(y: int, top: Colour, bottom: Colour) -> bytes:
    share = y / HEIGHT
    colour = [round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True)]
    pixels = bytearray(colour * WIDTH)
    for x in range(WIDTH):
        if (x - WIDTH * 0.72) ** 2 + (y - HEIGHT * 0.45) ** 2 < (HEIGHT * 0.27) ** 2:
            pixels[3 * x : 3 * x + 3] = bytes((part + 2 * 255) // 3 for part in colour)
    return b"\0" + bytes(pixels)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


@cache
def document(*lines: str) -> bytes:
    """A PDF of one page with a few lines on it."""
    shown = " T* ".join(f"({line}) Tj" for line in lines)
    stream = f"BT /F1 20 Tf 60 760 Td 30 TL {shown} ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return _bound(objects)


def _bound(objects: list[bytes]) -> bytes:
    """The objects of a PDF with the table that says where each begins."""
    content, places = b"%PDF-1.4\n", []
    for number, inside in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, inside)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(content))
    return content + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer


@cache
def film() -> bytes:
    brand = b"isom\0\0\2\0isomiso2mp41"
    return struct.pack(">I", 8 + len(brand)) + b"ftyp" + brand + struct.pack(">I", 8) + b"mdat"


FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "promo.png": ("image/png", lambda: picture((255, 140, 66), (214, 40, 90))),
    "clinica.png": ("image/png", lambda: picture((64, 190, 170), (20, 90, 150))),
    "receipt.pdf": ("application/pdf", lambda: document("Comprobante 1042", "Total: $ 59.90", "Gracias.")),
    "factura.pdf": ("application/pdf", lambda: document("Factura 001-001-000000042", "Total: $ 112.00")),
    "demo.mp4": ("video/mp4", film),
}
