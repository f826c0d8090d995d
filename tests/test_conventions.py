"""The rules of the project that a machine can keep: docs/tour.md says why each of them is there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils.module_loading import import_string

from messaging import queueing

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("jelouadmin", "messaging", "templates_app")
SIMULATOR = "messaging.simulator"

# Imports point down only. A name stands for itself and for everything inside it.
LAYERS = {
    "wiring": "jelouadmin",
    "doors": """messaging.admin messaging.forms messaging.webhooks messaging.downloads messaging.probes
        messaging.tasks messaging.checks messaging.management messaging.urls messaging.apps
        templates_app.admin templates_app.forms templates_app.apps""",
    "verbs": """messaging.composing messaging.drafts messaging.sending messaging.sweeping
        messaging.lines messaging.calls messaging.due messaging.claimed messaging.claiming
        messaging.releasing
        messaging.settling messaging.pacing messaging.events messaging.intake messaging.linking
        messaging.applying messaging.deliveries messaging.connecting messaging.conversing
        messaging.reconciling messaging.listing messaging.matching messaging.silence messaging.polling
        messaging.deciding
        messaging.backlog messaging.waiting messaging.operations messaging.headlines messaging.canceling
        messaging.template_sync messaging.queueing messaging.cores messaging.health messaging.jams
        messaging.seats
        messaging.explaining messaging.resending messaging.replaying messaging.windows
        messaging.counting messaging.summaries messaging.funnels
        messaging.searching messaging.address_parts messaging.finding_people messaging.paging
        messaging.exporting
        messaging.spreadsheets messaging.columns messaging.uploads messaging.trying
        messaging.demo messaging.demo_content messaging.demo_history messaging.drilling
        templates_app.syncing""",
    "rows": """messaging.models messaging.migrations messaging.text_index messaging.value_table
        templates_app.models templates_app.scoping templates_app.migrations""",
    "border": "messaging.providers",
    "pure": """messaging.statuses messaging.periods messaging.phones messaging.failures
        messaging.failure_codes messaging.content messaging.filetypes messaging.pictures
        templates_app.components templates_app.rules templates_app.problems templates_app.link_rules
        templates_app.media_rules
        templates_app.value_rules templates_app.special_rules templates_app.moments templates_app.values
        templates_app.formatting templates_app.filling templates_app.bubbles templates_app.card_bubbles
        templates_app.rendering""",
}
HEIGHTS = {name: height for height, names in enumerate(reversed(LAYERS.values())) for name in names.split()}

# Modules that are long for a reason.
LONG = {
    "messaging.failures": "a table of sentences, one entry after the other",
}

# Who may write the status of a message that is there already.
WRITERS = {
    ("messaging.events", "_move"),
    ("messaging.claiming", "_win"),
    ("messaging.releasing", "_requeue"),
    ("messaging.settling", "_update"),
    ("messaging.canceling", "_cancel"),
    # From its stored history, and never back into the queue.
    ("messaging.replaying", "rebuild"),
    ("messaging.replaying", "_step"),  # of a row in memory
    # The drill makes, cuts and drops a database of its own, in SQL.
    ("messaging.drilling.disturber", "_terminate"),
    ("messaging.management.drill_database", "_create"),
    ("messaging.management.drill_database", "_drop"),
    # Makes up a history that nobody sent.
    ("messaging.demo_history", "_message"),
}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {name_of(path): path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}
TREES = {name: ast.parse(path.read_text()) for name, path in SOURCES.items()}
OURS = [name for name in SOURCES if not f"{name}.".startswith(f"{SIMULATOR}.")]
NOT_MADE = [name for name in SOURCES if ".migrations." not in name]


def imports(name: str) -> Iterator[str]:
    """Every module that `name` imports, wherever in it, as precisely as the import says it."""
    package = name if SOURCES[name].stem == "__init__" else name.rpartition(".")[0]
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.rsplit(".", node.level - 1)[0] if node.level else ""
            base = ".".join(filter(None, [above, node.module]))
            inner = [f"{base}.{alias.name}" for alias in node.names]
            yield from (one if one in SOURCES else base for one in inner)


def height(module: str) -> int | None:
    """How high up a module is; None for what is not ours, or a package that holds several layers."""
    while module and module not in HEIGHTS:
        module = module.rpartition(".")[0]
    return HEIGHTS.get(module)


def importers(library: str) -> set[str]:
    return {name for name in SOURCES for used in imports(name) if f"{used}.".startswith(f"{library}.")}


def functions(name: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    nodes = ast.walk(TREES[name])
    return [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


# -- Layers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OURS)
def test_every_module_has_a_layer(name):
    assert name in PACKAGES or height(name) is not None


@pytest.mark.parametrize("name", OURS)
def test_imports_point_down_only(name):
    up = {used for used in imports(name) if (height(used) or 0) > (height(name) or 0)}
    assert not up


def test_templates_know_no_messages():
    ours = [name for name in OURS if name.startswith("templates_app")]
    used = {used for name in ours for used in imports(name) if used.split(".")[0] == "messaging"}
    assert all(f"{name}.".startswith("messaging.providers.") for name in used)


def test_verbs_do_not_know_tasks():
    assert importers("messaging.tasks") == set()


def test_one_module_knows_the_queue():
    assert importers("django_q") == {"messaging.queueing"}


def test_one_module_talks_http_to_providers():
    assert importers("requests") == {"messaging.providers.http"}


def test_one_module_encrypts():
    assert importers("cryptography") == {"messaging.models.encryption"}


def test_only_the_border_knows_a_providers_name():
    assert all(name.startswith("messaging.providers") for name in importers("messaging.providers.jelou"))


def test_the_simulator_knows_nothing_of_what_it_judges():
    inside = [name for name in SOURCES if name not in OURS]
    used = {used for name in inside for used in imports(name) if used.split(".")[0] in PACKAGES}
    assert inside
    assert all(f"{name}.".startswith(f"{SIMULATOR}.") for name in used)


def test_nobody_but_its_own_command_knows_the_simulator():
    assert importers(SIMULATOR) - set(SOURCES).difference(OURS) == {"messaging.management.commands.simulator"}


# -- Queue -----------------------------------------------------------------------------------------


def test_every_task_that_is_queued_is_there():
    text = SOURCES["messaging.queueing"].read_text()
    paths = re.findall(r'"(messaging\.[\w.]+)"', text)
    assert {
        *(queueing.PUMP, queueing.SWEEP, queueing.RECONCILE),
        *(queueing.SUMMARIZE, queueing.EXPORT, queueing.CANCEL),
    } == set(paths)
    assert all(callable(import_string(path)) for path in paths)


def test_waking_somebody_says_nothing_but_that_there_is_work():
    (wake,) = [node for node in functions("messaging.queueing") if node.name == "wake"]
    assert wake.args.args == []


# -- Writing ---------------------------------------------------------------------------------------


def writes_status(node: ast.AST) -> bool:
    """Whether this may write the status of a row that is there already."""
    if isinstance(node, ast.Attribute):
        return node.attr == "status" and isinstance(node.ctx, ast.Store)
    if not isinstance(node, ast.Call):
        return False
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    named = {keyword.arg for keyword in node.keywords}
    if called in ("update", "update_or_create"):
        return bool(named & {"status", None})
    if called in ("bulk_update", "save") and "status" in strings(node):
        return True
    return called in ("setattr", "raw", "execute", "executemany")


# They write SQL of their own, and none of it into that column.
OTHER_SQL = {
    ("messaging.calls", "write_down"),
    ("messaging.due", "along_the_queue"),
    ("messaging.due", "look"),
    ("messaging.events", "early"),
    ("messaging.events", "_insert_many"),
    ("messaging.pacing", "reserve"),
    ("messaging.text_index", "_is_whole"),
    ("messaging.text_index", "_make"),
}


def strings(node: ast.AST) -> set[object]:
    return {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)}


def test_only_its_writers_write_the_status_of_a_message():
    modules = [name for name in OURS if name.startswith("messaging.") and ".migrations" not in name]
    found = {
        (name, function.name)
        for name in modules
        for function in functions(name)
        if any(writes_status(node) for node in ast.walk(function))
    }
    assert found - OTHER_SQL == WRITERS


def is_whole_save(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "save"):
        return False
    return not any(keyword.arg == "update_fields" for keyword in node.keywords)


@pytest.mark.parametrize("name", [name for name in OURS if height(name) == HEIGHTS["messaging.sending"]])
def test_verbs_write_only_what_they_changed(name):
    assert not any(is_whole_save(node) for node in ast.walk(TREES[name]))


# -- Settings --------------------------------------------------------------------------------------


def read_from_environment() -> set[str]:
    calls = [node for node in ast.walk(TREES["jelouadmin.settings"]) if isinstance(node, ast.Call)]
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "env"
        if call.args and isinstance(call.args[0], ast.Constant)
    }


def test_every_setting_is_explained_and_every_explanation_is_read():
    explained = re.findall(r"^#?([A-Z][A-Z_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert sorted(explained) == sorted(read_from_environment())


def test_nothing_else_reads_the_environment():
    readers = {name for name in OURS if re.search(r"os\.environ\b|getenv", SOURCES[name].read_text())}
    entrances = {"jelouadmin.wsgi", "jelouadmin.asgi"}
    assert {name for name in readers - entrances if not name.startswith("messaging.management.")} == set()


def test_settings_alone_ask_whether_this_is_debugging():
    assert [name for name in OURS if "DEBUG" in SOURCES[name].read_text()] == ["jelouadmin.settings"]


def test_no_migration_is_missing(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


# -- Shape -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SOURCES)
def test_no_module_is_a_drawer_for_everything(name):
    assert not {"utils", "util", "helpers", "services", "common", "misc"} & set(name.split("."))


@pytest.mark.parametrize("name", NOT_MADE)
def test_a_module_is_short_or_says_why_it_is_not(name):
    lines = len(SOURCES[name].read_text().splitlines())
    assert (lines > 300) == (name in LONG)


@pytest.mark.parametrize("name", NOT_MADE)
def test_every_signature_has_types(name):
    for function in functions(name):
        arguments = [node for node in ast.walk(function.args) if isinstance(node, ast.arg)]
        bare = [one.arg for one in arguments if one.annotation is None and one.arg not in ("self", "cls")]
        assert not bare and function.returns is not None, f"{name}.{function.name}"
