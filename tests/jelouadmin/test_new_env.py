"""`make run` writes `.env` from the example, with secrets of its own."""

import subprocess
import sys
from typing import ClassVar

import environ
from cryptography.fernet import Fernet

from jelouadmin.new_env import EXAMPLE, filled


class Alone(environ.Env):
    """Not mixed with the environment of the tests."""

    ENVIRON: ClassVar[dict[str, str]] = {}


def values(text, tmp_path):
    path = tmp_path / ".env"
    path.write_text(text)
    Alone.read_env(path)
    return Alone()


def test_it_makes_what_is_needed(tmp_path):
    env = values(filled(EXAMPLE.read_text()), tmp_path)
    assert len(env.str("SECRET_KEY")) >= 50
    Fernet(env.list("FIELD_ENCRYPTION_KEYS")[0])


def test_everything_else_stays_as_it_is():
    example = EXAMPLE.read_text().splitlines()
    made = filled(EXAMPLE.read_text()).splitlines()
    changed = [line for line, other in zip(example, made, strict=True) if line != other]
    assert changed == ["SECRET_KEY=", "FIELD_ENCRYPTION_KEYS="]


def test_secrets_are_new_each_time():
    assert filled("SECRET_KEY=") != filled("SECRET_KEY=")


def test_a_secret_never_begins_with_a_dollar():
    assert not any(filled("SECRET_KEY=").startswith("SECRET_KEY=$") for _ in range(100))


def test_it_needs_nothing_that_has_to_be_installed():
    command = [sys.executable, "-I", "-S", str(EXAMPLE.with_name("jelouadmin") / "new_env.py")]
    written = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "\nSECRET_KEY=" in written
