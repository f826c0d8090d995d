"""The inputs that take a file: uploads are kept, links are tried, and the field says what was found."""

from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from messaging.filetypes import FileRefused
from messaging.forms.nodes import Input
from messaging.trying import try_links, works
from messaging.uploads import keep, ours
from templates_app.link_rules import check_link
from templates_app.problems import Problem
from templates_app.scoping import User

UPLOAD_PREFIX = "upload-"


class MediaInputs:
    """`problems` and `notes` stand at the inputs' names."""

    def __init__(self, inputs: Sequence[Input]) -> None:
        self.inputs = inputs
        self.problems: list[Problem] = []
        self.notes: dict[str, str] = {}
        # Whether some link could not be tried, which a person may overrule.
        self.has_unknown = False

    @property
    def inputs(self) -> Sequence[Input]:
        return self._inputs

    @inputs.setter
    def inputs(self, inputs: Sequence[Input]) -> None:
        self._inputs = [one for one in inputs if one.field.widget == "media"]
        self.uploads = ours(one.value for one in self._inputs)

    def mime(self, url: str) -> str:
        """What an upload was found to be; nothing is known of other links."""
        return self.uploads[url].mime if url in self.uploads else ""

    # -- Uploads -------------------------------------------------------------------------------

    def keep(self, files: MultiValueDict[str, UploadedFile], user: User) -> dict[str, str]:
        """Store what was chosen; the answer is what now stands in which input."""
        values: dict[str, str] = {}
        for one in self._inputs:
            if file := files.get(UPLOAD_PREFIX + one.name):
                values |= self._keep(one, file, user)
        return values

    def _keep(self, one: Input, file: UploadedFile, user: User) -> dict[str, str]:
        try:
            upload = keep(file, kind_of(one), user)
        except FileRefused as refused:
            self.problems.append(Problem(one.name, str(refused)))
            return {}
        name = one.name.removesuffix("url") + "filename"
        return {one.name: upload.url} | ({name: upload.name} if one.media in ("file", "document") else {})

    # -- Links ---------------------------------------------------------------------------------

    def try_all(self, *, although_unknown: bool) -> None:
        """As before Send; what cannot be concluded is no problem to somebody who says so."""
        self._try(self._inputs, although_unknown)

    def try_one(self, name: str) -> None:
        asked = [one for one in self._inputs if one.name == name]
        for one in asked:
            self.problems += check_link(one.name, _("The link to the file"), one.value.strip())
            if upload := self.uploads.get(one.value):
                self.notes[one.name] = works(upload.mime, upload.size)
        self._try(asked, although_unknown=False)

    def _try(self, inputs: Sequence[Input], although_unknown: bool) -> None:
        """Not those that need no try: uploads are here, and a link that is none has its problem already."""
        links = {
            one.value: kind_of(one)
            for one in inputs
            if one.value not in self.uploads and not check_link(one.name, "", one.value.strip())
        }
        verdicts = try_links(links)
        for one in inputs:
            if verdict := verdicts.get(one.value):
                if verdict.is_good:
                    self.notes[one.name] = verdict.sentence
                elif verdict.is_known or not although_unknown:
                    self.problems.append(Problem(one.name, verdict.sentence))
                self.has_unknown |= not verdict.is_known


def kind_of(one: Input) -> str:
    """The kind of file as contents call it."""
    return "file" if one.media == "document" else one.media
