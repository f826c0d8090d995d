"""What the compose page posts, read tolerantly: a half-filled page is the normal case, not an error."""

import json
import uuid
from collections.abc import Iterable, Mapping

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from messaging.composing import Audience, Plan, gather, plan
from messaging.drafts import Draft
from messaging.forms.keys import as_key
from messaging.models import Bot, Contact, Tag
from templates_app.models import Template
from templates_app.scoping import User

VALUE_PREFIX = "value-"
# What a post carries beside the message itself.
ENVELOPE = frozenset({"csrfmiddlewaretoken", "token", "do", "q"})


class ComposeForm(forms.Form):
    """One object for the first look, every keystroke and Send: preview and send cannot differ.

    It is always bound. A choice that this person may not make counts as no choice.
    """

    bot = forms.ModelChoiceField(Bot.objects.none(), label=_("Bot"), empty_label=None)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("template", _("Template")), ("text", _("Text"))], required=False
    )
    template = forms.ModelChoiceField(Template.objects.none(), label=_("Template"), required=False)
    contact = forms.ModelMultipleChoiceField(
        Contact.objects.none(), to_field_name="public_id", label=_("Contacts"), required=False
    )
    tag = forms.ModelMultipleChoiceField(Tag.objects.all(), label=_("Tags"), required=False)
    numbers = forms.CharField(label=_("Numbers"), required=False, max_length=100_000)
    text = forms.CharField(label=_("Text"), required=False, strip=False)
    media_url = forms.CharField(label=_("Address of the file"), required=False)
    filename = forms.CharField(label=_("File name"), required=False)
    token = forms.UUIDField(required=False)

    data: QueryDict

    def __init__(self, user: User, data: QueryDict) -> None:
        super().__init__(_with_changes(data))
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
    def typed(self) -> Mapping[str, str]:
        """Values of variables by key."""
        return {
            name.removeprefix(VALUE_PREFIX): self._raw(name)
            for name in self.data
            if name.startswith(VALUE_PREFIX)
        }

    @cached_property
    def draft(self) -> Draft | None:
        """None as long as there is no bot to send from."""
        if self.chosen_bot is None:
            return None
        is_template = self.chosen_kind == "template"
        return Draft(
            bot=self.chosen_bot,
            kind=self.chosen_kind,
            template=self.chosen_template if is_template else None,
            typed=self.typed,
            text=self._raw("text"),
            media_url=self._raw("media_url") if is_template else "",
            filename=self._raw("filename") if is_template else "",
        )

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

    def _raw(self, name: str) -> str:
        """What was typed, also where the field's own rule refused it: nothing is lost, rules come later."""
        return str(self.data.get(name, ""))


def _with_changes(data: QueryDict) -> QueryDict:
    """A copy in which the buttons of the list of contacts have had their effect, without impossible keys."""
    changed = data.copy()
    chosen = [*data.getlist("contact"), *data.getlist("add_contact")]
    removed = set(data.getlist("remove_contact"))
    changed["numbers"] = "\n".join(filter(None, [data.get("numbers", ""), *data.getlist("add_number")]))
    changed.setlist("contact", _unique(key for key in chosen if key not in removed and _is_uuid(key)))
    changed.setlist("tag", [key for key in data.getlist("tag") if as_key(key)])
    return changed


def _unique(keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(keys))


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
