"""What people upload: kept once, and given to whoever has its address."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from messaging.filetypes import FileRefused
from messaging.models import Upload
from messaging.uploads import keep, ours
from tests import files


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(user, data=files.PDF, name="Factura nº 1.pdf", kind="file"):
    return keep(SimpleUploadedFile(name, data), kind, user)


def path_of(upload, settings):
    return upload.url.removeprefix(settings.SITE_URL)


def test_the_same_bytes_are_kept_once(agent):
    assert upload(agent) == upload(agent, name="another.pdf")
    assert Upload.objects.count() == 1


def test_a_refused_file_is_not_kept(agent):
    with pytest.raises(FileRefused):
        upload(agent, b"MZ", kind="image")
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Factura nº 1.pdf", "Factura-no-1.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("a\\b\\<script>.html", "script.pdf"),
        ("مرحبا.pdf", "file.pdf"),
        ("x" * 300 + ".pdf", "x" * 80 + ".pdf"),
    ],
)
def test_the_address_ends_in_a_plain_name_of_the_right_kind(agent, name, shown):
    assert upload(agent, name=name).name == shown


def test_anybody_with_the_address_gets_the_file(agent, settings):
    kept = upload(agent)
    response = Client().get(path_of(kept, settings))
    assert b"".join(response.streaming_content) == files.PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment")
    assert "immutable" in response["Cache-Control"]


def test_the_size_of_a_file_is_told_also_to_who_takes_it_compressed(agent, settings):
    response = Client().get(path_of(upload(agent), settings), headers={"Accept-Encoding": "gzip"})
    assert response["Content-Length"] == str(len(files.PDF))


def test_a_picture_is_drawn_where_it_stands(agent, settings):
    kept = upload(agent, files.png(), "a.png", "image")
    assert Client().get(path_of(kept, settings))["Content-Disposition"].startswith("inline")


@pytest.mark.parametrize("change", [("token", "x" * 32), ("name", "other.pdf")])
def test_any_other_address_leads_nowhere(agent, settings, change):
    kept = upload(agent)
    setattr(kept, *change)
    assert Client().get(path_of(kept, settings)).status_code == 404


def test_a_file_that_is_gone_is_no_error_of_ours(agent, settings):
    kept = upload(agent)
    kept.file.storage.delete(kept.file.name)
    assert Client().get(path_of(kept, settings)).status_code == 404


def test_nobody_lists_or_changes_uploads(agent, settings):
    path = path_of(upload(agent), settings)
    assert Client().post(path).status_code == 405
    assert Client().get("/media/").status_code == 404


def test_an_address_of_ours_is_known_again_in_one_query(agent, django_assert_num_queries):
    kept = upload(agent)
    with django_assert_num_queries(1):
        assert ours([kept.url, "https://example.com/a.pdf", kept.url + "?x"]) == {kept.url: kept}
    with django_assert_num_queries(0):
        assert ours(["https://example.com/media/" + "x" * 32 + "/a.pdf"]) == {}
