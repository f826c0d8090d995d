"""What a person is about to send: the kind, the words, and what each recipient's copy will say.

A draft is not a row. The preview and the rows that Send writes are made from the same draft, by the same
function, so that they cannot differ.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from messaging.content import Content, TemplateContent, TextContent
from messaging.failures import explain
from messaging.models import Bot, Contact, Message
from messaging.providers import PROVIDERS
from messaging.providers.base import Provider
from templates_app.components import Components, Variable
from templates_app.models import Template
from templates_app.rules import Problem, clean_value
from templates_app.values import Unreadable, formatted

# What people call the variable that holds a person's name, in the three languages of the console.
NAMES = {"name", "nombre", "nome", "full name", "nombre completo", "nome completo", "cliente", "customer"}
FIRST_NAMES = {"first name", "primer nombre", "primeiro nome"}


@dataclass(frozen=True)
class Value:
    """What fills one variable for one contact, and where it came from; an empty text is missing.

    `raw` is a number as the contact's attribute has it. `flaw` says why the text is no value of its type.
    """

    text: str
    source: str | Promise = ""
    raw: int | float | None = field(default=None, compare=False)
    flaw: str = ""


@dataclass(frozen=True)
class Draft:
    """`content` is what everybody gets, of any kind but a template.

    A template's `typed` is keyed by `Variable.key`; what is not typed comes from the contact, then the
    fallback. `extras` are the other fields of its content. `quoted` is a message of one contact, who alone
    gets the quote.
    """

    bot: Bot
    kind: str
    content: Content | None = None
    template: Template | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    media_url: str = ""
    filename: str = ""
    extras: Mapping[str, Any] = field(default_factory=dict)
    quoted: Message | None = None

    @property
    def variables(self) -> tuple[Variable, ...]:
        return self.template.components.variables if self.template else ()

    def value(self, variable: Variable, contact: Contact | None) -> Value:
        if typed := clean_value(self.typed.get(variable.key, "")):
            return self._typed(Value(typed), variable)
        if contact is not None and (found := from_contact(variable, contact)).text:
            return self._typed(found, variable)
        fallback = variable.fallback if variable.missing == "fallback" else ""
        return Value(fallback, _("fallback of the template") if fallback else "")

    def _typed(self, value: Value, variable: Variable) -> Value:
        """The value as its type is written in the template's language; as it was if it is no such value."""
        if variable.type == "text" or self.template is None:
            return value
        given = value.text if value.raw is None else value.raw
        try:
            text = formatted(given, variable.type, self.template.language, variable.currency)
        except Unreadable as error:
            return replace(value, flaw=str(error))
        return replace(value, text=text)

    def flaws(self, contact: Contact | None) -> list[Problem]:
        """Values of this contact's copy that cannot be read as what they should be."""
        typed = [variable for variable in self.variables if variable.type != "text"]
        filled = [(variable.key, self.value(variable, contact)) for variable in typed]
        return [Problem(key, value.flaw) for key, value in filled if value.flaw]

    def left_out(self, contact: Contact) -> str:
        """Why the template leaves this person out, or an empty string."""
        for variable in self.variables:
            if variable.missing == "skip" and not self.value(variable, contact).text:
                sentence = gettext(
                    "Nothing is known for “%(name)s”, and the template leaves such people out."
                )
                return sentence % {"name": variable.title}
        return ""

    def content_for(self, contact: Contact | None) -> Content:
        """The message as this contact will get it; blanks that nothing fills stay blank."""
        content = self._template_content(contact) if self.template else self.content
        content = content or TextContent()
        if self.quoted and contact and self.quoted.contact_id == contact.pk:
            return content.model_copy(update={"reply_to": self.quoted.provider_id})
        return content

    def _template_content(self, contact: Contact | None) -> Content:
        assert self.template
        values = {variable.key: self.value(variable, contact).text for variable in self.variables}
        return TemplateContent(
            element_name=self.template.element_name,
            language=self.template.language,
            category=self.template.category,
            provider_id=self.template.provider_id,
            values={key: text for key, text in values.items() if text},
            media_url=fixed_file(PROVIDERS[self.bot.account.kind], self.template.components)
            or self.media_url.strip(),
            filename=self.filename.strip(),
            components=self.template.components,
            **self.extras,
        )

    def problems(self) -> list[Problem]:
        """What is wrong for everybody, before looking at any contact."""
        return [*self._bot_problems(), *self._template_problems()]

    def _bot_problems(self) -> list[Problem]:
        obstacle = self.bot.obstacle
        if not obstacle:
            return []
        # A bot that only pauses sends later; one that is off or locked out must not collect a queue.
        return [Problem("bot", explain(obstacle).sentence, hard=not self.bot.is_paused)]

    def _template_problems(self) -> list[Problem]:
        if self.kind == "template" and self.template is None:
            return [Problem("template", _("Choose a template."))]
        if self.template is not None and not self.template.is_sendable:
            state = self.template.status_label()
            message = _("Only approved templates can be sent; this one is “%(state)s”. Choose another one.")
            return [Problem("template", message % {"state": state})]
        return []


def fixed_file(provider: type[Provider], components: Components) -> str:
    """The file that a template always has above it at this provider; empty if whoever writes gives one."""
    header = components.header
    return header.sample_url if provider.fixes_files and header and not header.variable else ""


def from_contact(variable: Variable, contact: Contact) -> Value:
    """A contact's own value for a variable of the same name: the name, or an attribute."""
    wanted = {_plain(variable.label), _plain(variable.name)} - {""}
    name = clean_value(contact.name)
    if wanted & NAMES and name:
        return Value(name, _("contact's name"))
    if wanted & FIRST_NAMES and name:
        return Value(name.split()[0], _("contact's name"))
    for key, value in contact.attributes.items():
        if _plain(key) in wanted and isinstance(value, str | int | float):
            source = _("contact's “%(attribute)s”") % {"attribute": key}
            raw = value if isinstance(value, int | float) and not isinstance(value, bool) else None
            return Value(clean_value(str(value)), source, raw)
    return Value("")


def _plain(text: str) -> str:
    """`Número_de_Pedido` and `numero de pedido` are the same name."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("_", " "))
    return " ".join("".join(sign for sign in letters if not unicodedata.combining(sign)).split())
