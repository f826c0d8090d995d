"""What the compose page posts, read tolerantly: a half-filled page is the normal case, not an error."""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from messaging.composing import Audience, Plan, gather, plan
from messaging.content import SESSION_KINDS, Content
from messaging.drafts import Draft, fixed_file
from messaging.forms.extras import delivery_parts, header_parts, template_parts
from messaging.forms.keys import as_key
from messaging.forms.kinds import KINDS
from messaging.forms.media import MediaInputs
from messaging.forms.nodes import Input, Node, Page, inputs
from messaging.forms.parts import Part
from messaging.forms.posting import VALUE_PREFIX, in_shape, kept, texts
from messaging.forms.reading import Posted, read
from messaging.forms.tiles import LABELS
from messaging.models import Bot, Contact, Direction, Message, Tag
from messaging.providers import PROVIDERS
from messaging.providers.base import Provider
from templates_app.models import Template
from templates_app.problems import Problem
from templates_app.scoping import User

# What a post carries beside the message itself.
ENVELOPE = frozenset({"csrfmiddlewaretoken", "token", "do", "q", "rows", "try", "untried"})


class ComposeForm(forms.Form):
    """One object for the first look, every keystroke and Send: preview and send cannot differ.

    It is always bound. A choice that this person may not make counts as no choice.
    """

    bot = forms.ModelChoiceField(Bot.objects.none(), label=_("Bot"), empty_label=None)
    kind = forms.ChoiceField(label=_("Kind"), choices=list(LABELS.items()), required=False)
    template = forms.ModelChoiceField(Template.objects.none(), label=_("Template"), required=False)
    contact = forms.ModelMultipleChoiceField(
        Contact.objects.none(), to_field_name="public_id", label=_("Contacts"), required=False
    )
    tag = forms.ModelMultipleChoiceField(Tag.objects.all(), label=_("Tags"), required=False)
    numbers = forms.CharField(label=_("Numbers"), required=False, max_length=100_000)
    token = forms.UUIDField(required=False)
    reply_to = forms.UUIDField(required=False)

    data: QueryDict

    def __init__(
        self, user: User, data: QueryDict, files: MultiValueDict[str, UploadedFile] | None = None
    ) -> None:
        changed, self.change = in_shape(data)
        super().__init__(changed)
        self.user = user
        bots = Bot.objects.for_user(user).select_related("account")
        self.bots = list(bots)
        if not self.data.get("bot") and self.bots:
            self.data["bot"] = str(self.bots[0].pk)
        self.templates = self._templates()
        self._limit("bot", bots)
        self._limit("contact", Contact.objects.for_user(user))
        self._limit("template", self.templates)
        self.full_clean()
        self.posted = Posted(texts(self.data))
        self.attachments = MediaInputs(self.inputs)
        if files:
            self.data.update(self.attachments.keep(files, user))
            self.posted = Posted(texts(self.data))
            self.attachments.inputs = self.inputs

    def _limit(self, name: str, choices: QuerySet) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = choices

    def _templates(self) -> QuerySet[Template]:
        """Those of the chosen bot, also the ones that cannot be sent: the page says why."""
        templates = Template.objects.for_user(self.user).filter(version__isnull=False)
        of_bot = templates.filter(bot=as_key(self.data.get("bot")))
        return of_bot.select_related("version").order_by("element_name", "language")

    # -- What was chosen -----------------------------------------------------------------------

    @cached_property
    def chosen_bot(self) -> Bot | None:
        return self.cleaned_data.get("bot")

    @cached_property
    def provider(self) -> type[Provider]:
        return PROVIDERS[self.chosen_bot.account.kind] if self.chosen_bot else Provider

    @cached_property
    def carried(self) -> frozenset[str]:
        """Kinds that the bot's account can send; all as long as there is no bot."""
        if self.chosen_bot is None:
            return frozenset(LABELS)
        return self.provider.kinds_of(self.chosen_bot.account.options)

    @property
    def carrier(self) -> str:
        """Whose limit it is that a kind is not carried."""
        is_narrow = self.carried < self.provider.kinds
        return (
            _("%(provider)s's older address") % {"provider": self.provider.label}
            if is_narrow
            else self.provider.label
        )

    @cached_property
    def chosen_kind(self) -> str:
        return self.cleaned_data.get("kind") or "template"

    @cached_property
    def chosen_template(self) -> Template | None:
        return self.cleaned_data.get("template")

    @cached_property
    def page_token(self) -> uuid.UUID:
        """Names this page; the same page posted twice sends once."""
        return self.cleaned_data.get("token") or uuid.uuid4()

    @cached_property
    def batch(self) -> uuid.UUID:
        """Names this very Send: equal for a double click and a reload, new for a page that was changed.

        Made of what was posted and not of who can get it: a contact unblocked between two equal posts
        must not make the others get the message twice.
        """
        content = sorted((name, self.data.getlist(name)) for name in self.data if name not in ENVELOPE)
        return uuid.uuid5(self.page_token, json.dumps(content))

    @cached_property
    def contacts(self) -> list[Contact]:
        """In the order in which they were chosen."""
        chosen = {str(contact.public_id): contact for contact in self.cleaned_data.get("contact") or ()}
        return [chosen[key] for key in self.data.getlist("contact") if key in chosen]

    @cached_property
    def quoted(self) -> Message | None:
        """The message of a contact that this one answers, if it is the bot's own and can be named."""
        if not (key := self.cleaned_data.get("reply_to")):
            return None
        inbound = Message.objects.for_user(self.user).filter(direction=Direction.IN, bot=self.chosen_bot)
        return inbound.exclude(provider_id="").select_related("contact").filter(public_id=key).first()

    @cached_property
    def typed(self) -> Mapping[str, str]:
        """Values of variables by key."""
        return {
            name.removeprefix(VALUE_PREFIX): self._raw(name)
            for name in self.data
            if name.startswith(VALUE_PREFIX)
        }

    # -- The form of the kind --------------------------------------------------------------------

    @cached_property
    def header(self) -> tuple[Part, ...]:
        """The file that a template's header wants; it stands above the blanks."""
        if self.chosen_kind != "template" or self.chosen_template is None:
            return ()
        components = self.chosen_template.components
        if fixed_file(self.provider, components):
            return ()
        return header_parts(components, self.provider.template_options)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Everything else that is filled here, but a template's blanks."""
        delivery = delivery_parts(self.provider.delivery_options)
        if self.chosen_kind != "template":
            return (*KINDS[self.chosen_kind], *delivery)
        if self.chosen_template is None:
            return ()
        components = self.chosen_template.components
        return (*template_parts(components, self.provider.template_options), *delivery)

    @property
    def inputs(self) -> list[Input]:
        """Every input of the kind, without its problems."""
        return list(inputs(self.nodes(Page(self.posted, {}))))

    def nodes(self, page: Page) -> list[Node]:
        return page.draw([*self.header, *self.parts])

    @cached_property
    def kept(self) -> list[tuple[str, str]]:
        """What was filled in for another kind or another template, carried along unseen."""
        shown = {one.name for one in self.inputs}
        if self.chosen_kind == "template":
            shown |= {"template", *(VALUE_PREFIX + one.key for one in self._variables)}
        return kept(self.data, shown)

    @property
    def _variables(self) -> Sequence[Any]:
        return self.chosen_template.components.variables if self.chosen_template else ()

    # -- What it makes ---------------------------------------------------------------------------

    @cached_property
    def draft(self) -> Draft | None:
        """None as long as there is no bot to send from."""
        if self.chosen_bot is None:
            return None
        is_template = self.chosen_kind == "template"
        values = read([*self.header, *self.parts], self.posted)
        return Draft(
            bot=self.chosen_bot,
            kind=self.chosen_kind,
            content=None if is_template else self._content(values),
            template=self.chosen_template if is_template else None,
            typed=self.typed,
            media_url=values.pop("media_url", ""),
            filename=values.pop("filename", ""),
            extras=values if is_template else {},
            quoted=self.quoted if self.provider.carries_quotes else None,
        )

    def _content(self, values: dict[str, Any]) -> Content:
        for file in values.get("files", ()):
            file["mime"] = self.attachments.mime(file.get("url", ""))
        return SESSION_KINDS[self.chosen_kind].model_validate(values)

    @cached_property
    def audience(self) -> Audience:
        if self.chosen_bot is None:
            return Audience()
        return gather(
            self.chosen_bot,
            contacts=self.contacts,
            tags=self.cleaned_data.get("tag") or (),
            numbers=self._raw("numbers"),
        )

    @cached_property
    def plan(self) -> Plan | None:
        return plan(self.draft, self.audience) if self.draft else None

    @property
    def problems(self) -> list[Problem]:
        """Of the plan, and of the files that were tried or refused."""
        return [*(self.plan.problems if self.plan else ()), *self.attachments.problems]

    def _raw(self, name: str) -> str:
        """What was typed, also where the field's own rule refused it: nothing is lost, rules come later."""
        return str(self.data.get(name, ""))
