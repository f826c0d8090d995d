"""A file is what is in it, whatever its name says."""

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.content.media import TYPES
from messaging.filetypes import FileRefused, inspect
from tests import files

GOOD = [
    ("a.png", "image", files.png(), "image/png"),
    ("a.png", "image", files.jpeg(), "image/jpeg"),
    ("a.mp4", "video", files.mp4(), "video/mp4"),
    ("a.3gp", "video", files.mp4(b"3gp4"), "video/3gpp"),
    ("a.m4a", "audio", files.mp4(b"M4A "), "audio/mp4"),
    ("a.mp3", "audio", b"ID3\x04" + bytes(20), "audio/mpeg"),
    ("a.mp3", "audio", b"\xff\xfb\x90\x00" + bytes(20), "audio/mpeg"),
    ("a.aac", "audio", b"\xff\xf1\x50\x80" + bytes(20), "audio/aac"),
    ("a.amr", "audio", b"#!AMR\n\x00", "audio/amr"),
    ("a.ogg", "audio", files.OGG_OPUS, "audio/ogg"),
    ("a.pdf", "file", files.PDF, "application/pdf"),
    ("a.txt", "file", "niño".encode(), "text/plain"),
    ("a.docx", "file", files.office("word"), TYPES["file"][".docx"]),
    ("a.bin", "file", files.office("xl"), TYPES["file"][".xlsx"]),
    ("a.doc", "file", files.OLE, "application/msword"),
    ("a.webp", "sticker", files.webp(), "image/webp"),
    ("a.webp", "sticker", files.webp(moves=True, size=200_000), "image/webp"),
]
HUGE = b"\xff\xff\xff\xff" * 2
# Only says that it is long: a real one would be as large as this test's memory.
LONG_LIST = files.office("word")[:-10] + b"\xff\xff\xff\x7f" + files.office("word")[-6:]
BAD = [
    ("nothing", "a.png", "image", b""),
    ("a program with the right ending", "a.png", "image", b"MZ\x90\x00"),
    ("a PDF with the right ending", "a.jpg", "image", files.PDF),
    ("a page with the right ending", "a.pdf", "file", b"<html><script>"),
    ("a picture that is cut off", "a.png", "image", files.png()[:-12]),
    ("a JPEG that is cut off", "a.jpg", "image", files.jpeg()[:-2]),
    ("sixteen bits a colour", "a.png", "image", files.png(bits=16)),
    ("a palette", "a.png", "image", files.png(colours=3)),
    ("a JPEG for printing", "a.jpg", "image", files.jpeg(colours=4)),
    ("a picture without width", "a.png", "image", files.png(width=0)),
    ("a picture of its first line alone", "a.png", "image", files.png()[:16] + files.png()[-8:]),
    ("a picture that would fill the memory", "a.png", "image", files.png()[:16] + HUGE + files.png()[24:]),
    ("a document with a long list of names", "a.docx", "file", LONG_LIST),
    ("a document with a list of the large kind", "a.docx", "file", b"PK\x03\x04PK\x06\x07" + LONG_LIST),
    ("too large", "a.jpg", "image", files.jpeg() + bytes(5 * 1024 * 1024)),
    ("an Ogg without Opus", "a.ogg", "audio", files.OGG_VORBIS),
    ("an iPhone's film", "a.mp4", "video", files.mp4(b"qt  ")),
    ("a small sticker", "a.webp", "sticker", files.webp(96, 96)),
    ("a heavy sticker that does not move", "a.webp", "sticker", files.webp(size=110_000)),
    ("an archive that is no document", "a.docx", "file", b"PK\x03\x04" + bytes(40)),
    ("an old document without its ending", "a.bin", "file", files.OLE),
    ("a text with a NUL", "a.txt", "file", b"a\x00b"),
]


@pytest.mark.parametrize(("name", "kind", "data", "mime"), GOOD)
def test_a_file_is_known_by_what_is_in_it(name, kind, data, mime):
    facts = inspect(io.BytesIO(data), name, kind)
    assert (facts.mime, facts.size) == (mime, len(data))


@pytest.mark.parametrize(("name", "kind", "data"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_whatsapp_would_refuse_is_refused_in_words(name, kind, data):
    with pytest.raises(FileRefused) as refused:
        inspect(io.BytesIO(data), name, kind)
    assert str(refused.value).endswith(".")


def test_the_sides_of_a_picture_are_kept():
    facts = inspect(io.BytesIO(files.jpeg()), "a.jpg", "image")
    assert (facts.width, facts.height) == (30, 20)


STARTS = st.sampled_from(
    [files.png()[:20], files.jpeg()[:24], files.webp()[:24], b"PK\x03\x04", b"OggS", b"\xff\xd8\xff\xff"]
)


@given(data=st.builds(bytes.__add__, STARTS, st.binary(max_size=80)), kind=st.sampled_from(list(TYPES)))
def test_any_bytes_are_taken_or_refused(data, kind):
    with contextlib.suppress(FileRefused):
        inspect(io.BytesIO(data), "a.txt", kind)
