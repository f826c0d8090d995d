"""How it is started, and what it may know."""

import ast
import sys
from pathlib import Path

import pytest
import requests
from django.core.management import CommandError, call_command

from messaging.management.commands.simulator import Command
from messaging.simulator import markup, serving
from tests.simulating import Simulator

FOLDER = Path(serving.__file__).parent


def imports(module: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("module", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.stem)
def test_it_knows_nothing_of_the_product(module: Path) -> None:
    foreign = {
        name
        for name in imports(module)
        if name.split(".")[0] not in (*sys.stdlib_module_names, "django")
        and not name.startswith("messaging.simulator")
    }
    assert foreign == set()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com", "::"])
def test_it_refuses_to_be_reached_by_others(host: str) -> None:
    with pytest.raises(CommandError, match="--allow-remote"):
        call_command(Command(), host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.1.1", "localhost", "::1"])
def test_this_machine_is_fine(host: str) -> None:
    assert serving.is_loopback(host)


def test_it_does_not_answer_to_other_names(simulator: Simulator) -> None:
    response = requests.get(simulator.url, headers={"Host": "evil.example.com"}, timeout=10)
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("switches", {"speed": 1}),
        ("switches", {"read": "never ever"}),
        ("switches", {"delays": {"sent": 1}}),
        ("switches", {"late": "1"}),
        ("faults", {"kind": "explode"}),
        ("faults", {"kind": "500", "endpoint": "everything"}),
        ("faults", {"kind": "500", "when": 1}),
        ("bots", {"id": "b", "company": "nobody"}),
        ("inbound", {"bot": "nobody", "number": "593990000001", "text": "Hola"}),
        ("templates/status", {"bot": "test-bot", "elementName": "nothing", "status": "APPROVED"}),
        ("templates/status", {"bot": "test-bot", "elementName": "bienvenida", "status": "FINE"}),
        ("reset", {"seed": "other"}),
    ],
)
def test_it_says_what_it_does_not_understand(simulator: Simulator, path: str, body: dict) -> None:
    response = requests.post(f"{simulator.url}/_control/{path}", json=body, timeout=10)
    assert response.status_code == 400
    assert response.json()["error"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*Hola*, _tú_", [("Hola", "bold"), (", ", ""), ("tú", "italic")]),
        ("5*4*3 y snake_case_name", [("5*4*3 y snake_case_name", "")]),
        ("_*x*_", [("x", "italic bold")]),
        ("`*x*`", [("*x*", "code")]),
        ("```a\n*b*```", [("a\n*b*", "code")]),
        ("*x\ny*", [("*x\ny*", "")]),
        ("👋*x*", [("👋", ""), ("x", "bold")]),
    ],
)
def test_it_reads_markup(text: str, shown: list[tuple[str, str]]) -> None:
    assert [(span.text, span.classes) for span in markup.spans(text) if span.text] == shown
