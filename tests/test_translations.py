"""Every sentence in every language: nobody meets English because a translator was forgotten."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("es", "pt_BR")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(ROOT / "locale" / language / "LC_MESSAGES" / "django.po"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language):
    po = catalogue(language)
    assert [entry.msgid for entry in po.untranslated_entries() + po.fuzzy_entries()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_blanks_of_a_sentence(language):
    for entry in catalogue(language):
        wanted = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            assert not text or set(PLACEHOLDER.findall(text)) <= wanted, entry.msgid
        last = entry.msgstr or entry.msgstr_plural[max(entry.msgstr_plural)]
        assert set(PLACEHOLDER.findall(last)) == wanted, entry.msgid


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_source(language):
    folder = ROOT / "locale" / language / "LC_MESSAGES"
    compiled = {(entry.msgctxt, entry.msgid): entry for entry in polib.mofile(str(folder / "django.mo"))}
    for entry in catalogue(language).translated_entries():
        found = compiled[(entry.msgctxt, entry.msgid)]
        assert (found.msgstr, found.msgstr_plural) == (entry.msgstr, entry.msgstr_plural)


@pytest.mark.skipif(not shutil.which("xgettext"), reason="gettext is not installed")
def test_no_sentence_of_the_code_is_missing_from_the_catalogues(tmp_path):
    copy = tmp_path / "project"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".venv", ".git", "staticfiles", "*.sqlite3*"))
    before = {language: _ids(copy, language) for language in LANGUAGES}
    command = [sys.executable, "manage.py", "makemessages", "--settings", "tests.settings", "--no-obsolete"]
    command += ["--ignore", "tests", "--ignore", "messaging/simulator/*", "-l", "es", "-l", "pt_BR"]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    assert {language: _ids(copy, language) for language in LANGUAGES} == before


def _ids(root: Path, language: str) -> set[tuple[str | None, str]]:
    po = polib.pofile(str(root / "locale" / language / "LC_MESSAGES" / "django.po"))
    return {(entry.msgctxt, entry.msgid) for entry in po}
