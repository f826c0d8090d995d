"""What bounds us: the stub's own rate, and that of the product's bare HTTP client."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from .contestants import IN_FLIGHT, PUMPING, from_on
from .load import requests_a_second
from .processes import talking
from .referee import Referee
from .rounds import Round
from .surroundings import environment


def stub_rate(referee: Referee, seconds: float = 1.0) -> float:
    """Requests a second, asked by a generator that does nothing else."""
    referee.begin(0)
    return requests_a_second(referee.port, seconds)


def play_bare(referee: Referee, *, latency_ms: int, rows: int) -> Round:
    """As many processes and calls in flight as ours has, and nothing stored.

    Raises BenchError if a call failed or was doubled.
    """
    referee.begin(latency_ms)
    part = rows // PUMPING
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench")))
        in_flight = from_on(IN_FLIGHT, latency_ms)
        surroundings = environment("sqlite://:memory:", referee.url, SEND_IN_FLIGHT=str(in_flight))
        clients = [
            stack.enter_context(
                talking(
                    *("bare", str(number * part), str(part), str(in_flight)),
                    environment=surroundings,
                    log=folder / f"{number}.log",
                )
            )
            for number in range(PUMPING)
        ]
        for client in clients:
            client.ask("ready")
        for client in clients:
            client.tell("go")
        answers = [client.hear() for client in clients]
    referee.certify(part * PUMPING)
    seconds = max(answer["ended"] for answer in answers) - min(answer["began"] for answer in answers)
    cpu_seconds = sum(answer["cpu"] for answer in answers)
    return Round(part * PUMPING, seconds, cpu_seconds, peak_kib=0, spans=())
