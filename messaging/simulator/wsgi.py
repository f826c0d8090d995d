"""Where gunicorn enters, and where connections are reset."""

import errno
import logging
import os
import socket
import struct
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

django_application = get_wsgi_application()

from messaging.simulator import callbacks, seeding  # noqa: E402

logger = logging.getLogger(__name__)

# Close at once and with RST instead of FIN, whatever is still unsent.
RESET = struct.pack("ii", 1, 0)


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Django, unless the answer is to be no answer."""
    response = django_application(environ, start_response)
    if "simulator.drop" in environ:
        connection = environ["gunicorn.socket"]
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.close()
        # gunicorn takes this for a client that went away, which it is used to.
        raise ConnectionResetError(errno.ECONNRESET, "dropped on command")
    return response


seeding.reset(os.environ.get("SIMULATOR_SEED", "empty"))
callbacks.start()
logger.info("The simulator is ready at %s", os.environ["SIMULATOR_PUBLIC_URL"])
