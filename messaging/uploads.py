"""Keeping what people upload, and finding it again by its address."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import get_valid_filename

from messaging.content.media import TYPES
from messaging.filetypes import inspect
from messaging.models import Upload
from templates_app.scoping import User

NAME_LIMIT = 80


def keep(file: UploadedFile, kind: str, user: User) -> Upload:
    """Store a file that is to be sent as `kind`, or find it if it is here. Raises FileRefused."""
    name = file.name or ""
    facts = inspect(cast(BinaryIO, file), name, kind)
    digest = _digest(file)
    if known := Upload.objects.filter(digest=digest).first():
        return known
    name = plain_name(name, facts.mime, kind)
    return Upload.objects.store(file, digest=digest, name=name, created_by=user, **asdict(facts))


def _digest(file: UploadedFile) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def plain_name(name: str, mime: str, kind: str) -> str:
    """A name for the address, which ends in what the file is and not in what somebody called it."""
    endings = [ending for ending, known in TYPES[kind].items() if known == mime]
    stem = PurePosixPath(name.replace("\\", "/")).stem
    ending = PurePosixPath(name).suffix.lower()
    letters = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    ascii_stem = re.sub(r"[^A-Za-z0-9_.-]+", "-", letters).strip("-.")[:NAME_LIMIT]
    return get_valid_filename(ascii_stem or "file") + (ending if ending in endings else endings[0])


def ours(urls: Iterable[str]) -> dict[str, Upload]:
    """Which of these addresses are uploads of ours, in one query at most."""
    pattern = re.compile(re.escape(settings.SITE_URL) + r"/media/([A-Za-z0-9_-]{20,64})/[^/?#]+")
    tokens = {url: match[1] for url in urls if (match := pattern.fullmatch(url.strip()))}
    if not tokens:
        return {}
    found = {upload.token: upload for upload in Upload.objects.filter(token__in=set(tokens.values()))}
    return {url: found[token] for url, token in tokens.items() if token in found}
