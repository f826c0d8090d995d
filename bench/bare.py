"""The ceiling: the product's own client, with as many processes and requests in flight, and no database.

Each process makes its requests first, then waits to be told to go.
"""

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from messaging.content import TemplateContent
from messaging.providers import connect
from messaging.providers.base import Outbound, Provider, Request

from . import seeding
from .cast import CAMPAIGN_BOT, CREDENTIALS
from .processes import answer_lines


def main(arguments: Sequence[str]) -> None:
    first, rows, in_flight = map(int, arguments)
    provider = connect("jelou", CREDENTIALS, base_url=os.environ["BENCH_STUB"])
    requests = [_request(provider, number) for number in range(first, first + rows)]

    def go() -> dict[str, float]:
        cpu, began = time.process_time(), time.time()
        _send_all(provider, requests, in_flight)
        return {"began": began, "ended": time.time(), "cpu": time.process_time() - cpu}

    answer_lines({"ready": dict, "go": go})


def _request(provider: Provider, number: int) -> Request:
    contact = seeding.contact("EC", number)
    content = TemplateContent(
        element_name="aviso_pedido",
        language="es",
        values={"body.1": contact.name, "body.2": f"ORD-{number:06}"},
        components=seeding.COMPONENTS,
    )
    assert contact.wa_id is not None
    return provider.build(Outbound(content, contact.wa_id, CAMPAIGN_BOT, reference=str(number)))


def _send_all(provider: Provider, requests: Sequence[Request], in_flight: int) -> None:
    """Raises what the first call raised that failed."""
    rest = iter(requests)

    def send() -> None:
        for request in rest:  # one iterator for all threads: each takes the next when it is free
            provider.send(request)

    with ThreadPoolExecutor(in_flight) as pool:
        for done in [pool.submit(send) for _ in range(in_flight)]:
            done.result()
