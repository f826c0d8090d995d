"""Finds a Chromium for the browser tests, and tries to get one if there is none: `python -m tests.browser`.

In this order: the program that CHROMIUM names, one of the system's, and the one Playwright keeps.
"""

import os
import shutil
import subprocess
import sys
from functools import cache

from playwright.sync_api import Error, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADVICE = (
    "No Chromium for the browser tests. Install one (Debian: apt install chromium), or name one in "
    "CHROMIUM, or run: .venv/bin/python -m playwright install --with-deps chromium"
)


@cache
def executable() -> str | None:
    """What Playwright's `launch(executable_path=…)` takes; None means the browser Playwright keeps."""
    if named := os.environ.get("CHROMIUM"):
        return named
    return next((path for name in NAMES if (path := shutil.which(name)) and _answers(path)), None)


def _answers(path: str) -> bool:
    """Some systems have a `chromium` that only tells how to install one."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def version() -> str:
    """What really starts now; empty if nothing does. Trying also finds missing system libraries."""
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable())
            try:
                return browser.version
            finally:
                browser.close()
    except Error:
        return ""


def obtain() -> str:
    """The version that starts, after getting a browser if need be."""
    found = version()
    for command in _ways():
        if found:
            break
        _say(f"No Chromium starts; trying: {' '.join(command)}")
        _run(command)
        executable.cache_clear()
        found = version()
    return found


def _ways() -> list[list[str]]:
    if "CHROMIUM" in os.environ:
        return []  # somebody made a choice; another browser would hide that it does not work
    playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return [playwright]
    return [playwright, ["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]]


def _run(command: list[str]) -> None:
    """Its failure is no news: whether a browser starts afterwards decides."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, timeout=600)
    except (OSError, subprocess.TimeoutExpired) as error:
        _say(str(error))


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def main() -> int:
    found = obtain()
    _say(
        f"Browser tests use Chromium {found} at {executable() or 'Playwright’s own place'}."
        if found
        else ADVICE
    )
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
