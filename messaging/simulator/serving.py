"""How the simulator is started: gunicorn with one process, since the world is in its memory."""

import os
import sys
from ipaddress import ip_address
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
THREADS = 128
SEEDS = ("empty", "demo")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def command(host: str, port: int) -> list[str]:
    """The program and its arguments."""
    options = {
        "--bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "--workers": 1,
        "--worker-class": "gthread",
        "--threads": THREADS,
        "--keep-alive": 75,
        "--worker-connections": 2000,
        "--graceful-timeout": 1,
        "--log-level": "warning",
        "--pythonpath": ROOT,
    }
    flat = [str(part) for pair in options.items() for part in pair]
    return [
        sys.executable,
        "-m",
        "gunicorn",
        *flat,
        "--no-control-socket",
        "messaging.simulator.wsgi:application",
    ]


def environment(host: str, port: int, seed: str, public_url: str = "") -> dict[str, str]:
    """Of the process: its own settings module, what to begin with, and how others call it."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "messaging.simulator.settings",
        "SIMULATOR_SEED": seed,
        "SIMULATOR_PUBLIC_URL": public_url or f"http://{host}:{port}",
        "SIMULATOR_ALLOWED_HOSTS": "localhost 127.0.0.1 [::1]" if is_loopback(host) else "*",
    }
