"""What Jelou's validator says about a field, in its three languages."""

from collections.abc import Iterable

from messaging.simulator.shapes import Path, Problem

SENTENCES = {
    "required": ("is required", "es obligatorio", "é obrigatório"),
    "unknown": ("is not a known field", "no es un campo conocido", "não é um campo conhecido"),
    "text": ("must be a string", "debe ser un texto", "deve ser um texto"),
    "empty": ("must not be empty", "no debe estar vacío", "não deve estar vazio"),
    "long": ("is longer than {most}", "tiene más de {most} caracteres", "tem mais de {most} caracteres"),
    "whole": ("must be an integer", "debe ser un entero", "deve ser um inteiro"),
    "number": ("must be a number", "debe ser un número", "deve ser um número"),
    "range": ("is out of range", "está fuera de rango", "está fora do intervalo"),
    "choice": ("must be one of {options}", "debe ser uno de {options}", "deve ser um de {options}"),
    "list": ("must be an array", "debe ser una lista", "deve ser uma lista"),
    "few": ("needs at least {least} items", "necesita al menos {least}", "precisa de ao menos {least}"),
    "many": ("takes at most {most} items", "admite hasta {most}", "aceita até {most}"),
    "twice": ("must not repeat", "no debe repetirse", "não deve repetir-se"),
    "object": ("must be an object", "debe ser un objeto", "deve ser um objeto"),
    "json": ("must be a JSON object", "debe ser un objeto JSON", "deve ser um objeto JSON"),
    "phone": ("must be 7 to 15 digits", "debe tener de 7 a 15 dígitos", "deve ter de 7 a 15 dígitos"),
    "e164": ("must be + and digits", "debe ser + y dígitos", "deve ser + e dígitos"),
    "one_line": (
        "must not have line breaks, tabs or more than 4 spaces in a row",
        "no debe tener saltos de línea, tabulaciones ni más de 4 espacios seguidos",
        "não deve ter quebras de linha, tabulações nem mais de 4 espaços seguidos",
    ),
    "plain": (
        "must not have emoji or markdown",
        "no debe tener emojis ni formato",
        "não deve ter emojis nem formatação",
    ),
    "address": ("must be an https address", "debe ser una URL https", "deve ser uma URL https"),
    "millis": ("must be epoch milliseconds", "debe ser milisegundos", "deve ser milissegundos"),
    "date": ("must be an ISO 8601 date", "debe ser una fecha ISO 8601", "deve ser uma data ISO 8601"),
    "same": ("must be {value}", "debe ser {value}", "deve ser {value}"),
}


def sentences(problems: Iterable[Problem]) -> dict[str, list[dict[str, str]]]:
    """The `validationError` of https://docs.jelou.ai/whatsapp/hsm/templates: by field."""
    found: dict[str, list[dict[str, str]]] = {}
    for problem in problems:
        found.setdefault(_name(problem.path), []).append(_said(problem))
    return found


def _said(problem: Problem) -> dict[str, str]:
    facts = {name: _fact(value) for name, value in problem.facts.items()}
    texts = (text.format(**facts) for text in SENTENCES[problem.key])
    return {
        language: f"{_name(problem.path)} {text}"
        for language, text in zip(("en", "es", "pt"), texts, strict=True)
    }


def _fact(value: object) -> object:
    return ", ".join(value) if isinstance(value, tuple) else value


def _name(path: Path) -> str:
    return ".".join(str(part) for part in path)
