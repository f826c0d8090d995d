"""Which files may be sent where, told by the end of their address; what has no ending passes.

Session messages: https://docs.jelou.ai/api/envia-mensajes/imagen and the pages beside it.
Templates: the questions at the end of https://docs.jelou.ai/en/api/campanas/envio-individual
Sizes (MEDIA_TOO_LARGE) are not checked: nothing is downloaded.
"""

from pathlib import PurePosixPath

from messaging.simulator.wording import public, split

SESSION = {
    "image": ("jpg", "jpeg", "png"),
    "audio": ("aac", "m4a", "mp4", "mp3", "mpeg", "amr", "ogg", "opus"),
    "video": ("mp4", "3gp", "3gpp"),
    "file": ("txt", "pdf", "doc", "docx", "ppt", "pptx", "xls", "xlsx"),
    "sticker": ("webp",),
}
TEMPLATE = {"image": ("jpg", "jpeg", "png"), "video": ("mp4",), "document": ("pdf",)}


def refusal(url: str, endings: tuple[str, ...]) -> str | None:
    """The documented code, INVALID_MEDIA_URL or UNSUPPORTED_MEDIA_TYPE, or None when it may be sent."""
    if public(url):
        return "INVALID_MEDIA_URL"
    address = split(url)
    ending = PurePosixPath(address.path if address else "").suffix.lower().lstrip(".")
    return "UNSUPPORTED_MEDIA_TYPE" if ending and ending not in endings else None
