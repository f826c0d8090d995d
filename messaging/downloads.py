"""Where WhatsApp fetches what was uploaded. The address is the only key, so it cannot be guessed or listed.

A file is what its content was found to be, never what its address ends in, and no browser may guess again.
"""

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from messaging.models import Upload

# What a browser may draw in its place; everything else is saved.
SHOWN = ("image/", "video/", "audio/")


@require_safe
def download(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    upload = Upload.objects.filter(token=token, name=name).first()
    if upload is None:
        raise Http404("No such upload.")
    try:
        file = upload.file.open("rb")
    except FileNotFoundError:
        raise Http404("The file of this upload is gone.") from None
    response = FileResponse(file, content_type=upload.mime)
    is_attachment = not upload.mime.startswith(SHOWN)
    response["Content-Disposition"] = content_disposition_header(is_attachment, upload.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    # Files are compressed already, and compressing them again would hide their size.
    response["Content-Encoding"] = "identity"
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
