"""WhatsApp markup, read into nodes and written as safe HTML.

WhatsApp publishes the signs (https://faq.whatsapp.com/539178204879377) and not the edge rules. Those
here are the common ground of public parsers such as
https://github.com/mautrix/whatsapp/blob/main/pkg/msgconv/wa-text.go: a sign counts only at the edge of a
word, the nearest closing sign wins, and whatever does not close stays as it was typed.

Nothing is parsed inside ```monospace``` (which may span lines), then nothing inside `code`; all else
stays within its line. Line breaks become `<br>`, so a page keeps them without any style; trailing
spaces need `white-space: pre-wrap`.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from unicodedata import category

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

STYLES = {"*": "bold", "_": "italic", "~": "strike"}
TAGS = {"bold": "strong", "italic": "em", "strike": "s"}

# A block of monospace, or the end of a line.
_CUTS = re.compile(r"```(?P<block>.+?)```|\r\n?|\n", re.DOTALL)
_PREFIXES = (
    ("bullet", re.compile(r"[*-] (?=\S)")),
    ("number", re.compile(r"[0-9]{1,2}\. (?=\S)")),
    ("quote", re.compile(r"> (?=\S)")),
)
# An address is looked for only where a run of its letters begins, so hostile text costs one pass.
_LINKS = re.compile(
    r"(?<![^\W_])(?:https?://|www\.)[^\s<>\"]*[^\s<>\"'.,;:!?)\]}*_~`]"
    r"|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w+])\+[0-9][0-9 ()-]{5,18}[0-9](?!\w)",
    re.IGNORECASE,
)
_UNSHOWABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Blank:
    """A variable still without a value, where it stands in a text, and what people call it."""

    start: int
    end: int
    title: str


@dataclass(frozen=True)
class Node:
    """A stretch of a text and what it is. Offsets include the signs that made it so."""

    kind: str
    start: int
    end: int
    children: tuple["Node", ...] = ()


def to_html(text: str, blanks: Sequence[Blank] = ()) -> SafeString:
    """`text` as a phone shows it. Links are inert spans, because a preview must not navigate.

    `blanks` are shown as marks, never as markup; the text itself is not searched for braces.
    """
    text = displayable(text)
    groups = groupby(parse(text, blanks), key=lambda line: line.kind)
    return _joined(_group_html(kind, list(lines), text, blanks) for kind, lines in groups)


def marked(text: str, blanks: Sequence[Blank] = ()) -> SafeString:
    """A text without markup or links (a header, an address), with its blanks marked."""
    return _text_html(displayable(text), 0, len(text), blanks, links=False)


def styles(text: str) -> tuple[tuple[str, int, int], ...]:
    """Every style of `text` and where it is, in reading order; equal for texts of one look and length."""
    return tuple((node.kind, node.start, node.end) for node in _walk(parse(text)) if node.kind != "text")


def displayable(text: str) -> str:
    """`text`, as long as before, without what no page can carry: NUL and lone surrogates."""
    return _UNSHOWABLE.sub("\ufffd", text)


def parse(text: str, blanks: Sequence[Blank] = ()) -> tuple[Node, ...]:
    """One node per line, with kind `plain`, `bullet`, `number` or `quote`."""
    # A value will stand where a blank stands, so a blank is read as the word that it will be.
    for blank in blanks:
        text = text[: blank.start] + "x" * (blank.end - blank.start) + text[blank.end :]
    return tuple(_line(text, start, end, blocks) for start, end, blocks in _lines(text))


def _lines(text: str) -> Iterator[tuple[int, int, list[Node]]]:
    """Where each line starts and ends, and its blocks; a line break inside a block ends nothing."""
    start, blocks = 0, []
    for cut in _CUTS.finditer(text):
        if cut["block"]:
            blocks.append(Node("block", cut.start(), cut.end()))
        else:
            yield start, cut.start(), blocks
            start, blocks = cut.end(), []
    yield start, len(text), blocks


def _line(text: str, start: int, end: int, blocks: list[Node]) -> Node:
    kind, begin = "plain", start
    for name, prefix in _PREFIXES:
        if match := prefix.match(text, start, end):
            kind, begin = name, match.end()
    children: list[Node] = []
    for block in (*blocks, Node("end", end, end)):
        children += _Piece(text, begin, block.start).nodes()
        begin = block.end
        if block.kind == "block":
            children.append(block)
    return Node(kind, start, end, tuple(children))


class _Piece:
    """A stretch within one line and outside every block: what styles may span.

    A sign closes the nearest opener of its own kind, so no style nests in itself and a character is
    read at most once per kind: hostile text stays linear.
    """

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text, self.start, self.end = text, start, end
        self.codes: dict[int, Node] = {}
        self.closers: dict[str, list[int]] = {"`": [], **{sign: [] for sign in STYLES}}
        self._find_closers(self.closers)
        self._find_codes()

    def nodes(self) -> tuple[Node, ...]:
        return self._styled(self.start, self.end)

    def _find_closers(self, closers: dict[str, list[int]]) -> None:
        for at in range(self.start, self.end):
            sign = self.text[at]
            if sign in closers and self._may_close(at):
                closers[sign].append(at)

    def _find_codes(self) -> None:
        at = self.start
        while at < self.end:
            code = self._opened(at, self.end, "`", "code")
            if code:
                self.codes[at] = code
            at = code.end if code else at + 1
        inside = {at for code in self.codes.values() for at in range(code.start, code.end)}
        for sign in STYLES:
            self.closers[sign] = [at for at in self.closers[sign] if at not in inside]

    def _styled(self, start: int, end: int) -> tuple[Node, ...]:
        nodes, at, plain = [], start, start
        while at < end:
            node = self.codes.get(at) or self._style(at, end)
            if node is None:
                at += 1
                continue
            nodes += [Node("text", plain, at)] * (plain < at) + [node]
            at = plain = node.end
        return (*nodes, *[Node("text", plain, end)] * (plain < end))

    def _style(self, at: int, end: int) -> Node | None:
        sign = self.text[at]
        node = self._opened(at, end, sign, STYLES[sign]) if sign in STYLES else None
        return node and Node(node.kind, at, node.end, self._styled(at + 1, node.end - 1))

    def _opened(self, at: int, end: int, sign: str, kind: str) -> Node | None:
        if self.text[at] != sign or not self._may_open(at):
            return None
        closers = self.closers[sign]
        nearest = bisect_left(closers, at + 2)
        if nearest == len(closers) or closers[nearest] >= end:
            return None
        return Node(kind, at, closers[nearest] + 1)

    def _may_open(self, at: int) -> bool:
        before, after = self.text[at - 1 : at] if at else "", self.text[at + 1 : at + 2]
        return not _in_word(before) and bool(after) and not after.isspace() and after != self.text[at]

    def _may_close(self, at: int) -> bool:
        before, after = self.text[at - 1 : at] if at else "", self.text[at + 1 : at + 2]
        return bool(before) and not before.isspace() and not _in_word(after)


def _in_word(char: str) -> bool:
    """A letter, a digit, or a mark that belongs to one (é written as two); an emoji's marks do not."""
    if not char:
        return False
    return char.isalnum() or (category(char) in ("Mn", "Mc") and not "\ufe00" <= char <= "\ufe0f")


def _walk(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _walk(node.children)


def _group_html(kind: str, lines: list[Node], text: str, blanks: Sequence[Blank]) -> SafeString:
    contents = [_joined(_node_html(node, text, blanks) for node in line.children) for line in lines]
    if kind == "bullet":
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((c,) for c in contents)))
    if kind == "number":
        numbers = (int(text[line.start : line.end].split(".")[0]) for line in lines)
        rows = format_html_join("", '<li value="{}">{}</li>', zip(numbers, contents, strict=True))
        return format_html("<ol>{}</ol>", rows)
    if kind == "quote":
        return format_html("<blockquote>{}</blockquote>", _broken(contents))
    # A break at the very end of a block shows nothing, so an empty last line needs a second one.
    ends_empty = text and lines[-1].start == lines[-1].end
    return _broken([*contents, ""] if ends_empty else contents)


def _node_html(node: Node, text: str, blanks: Sequence[Blank]) -> SafeString:
    if node.kind == "text":
        return _text_html(text, node.start, node.end, blanks)
    if node.kind == "code":
        return format_html(
            "<code>{}</code>", _text_html(text, node.start + 1, node.end - 1, blanks, links=False)
        )
    if node.kind == "block":
        content = _text_html(text, node.start + 3, node.end - 3, blanks, links=False)
        return format_html('<code class="mono">{}</code>', content)
    content = _joined(_node_html(child, text, blanks) for child in node.children)
    return format_html("<{0}>{1}</{0}>", TAGS[node.kind], content)


def _text_html(text: str, start: int, end: int, blanks: Sequence[Blank], links: bool = True) -> SafeString:
    parts, at = [], start
    for blank in blanks:
        if start <= blank.start and blank.end <= end:
            parts += [
                _linked(text[at : blank.start], links),
                format_html('<mark class="bubble__blank">{}</mark>', displayable(blank.title)),
            ]
            at = blank.end
    return _joined([*parts, _linked(text[at:end], links)])


def _linked(text: str, links: bool) -> SafeString:
    parts, at = [], 0
    for link in _LINKS.finditer(text) if links else ():
        parts += [_escaped(text[at : link.start()]), format_html('<span class="link">{}</span>', link[0])]
        at = link.end()
    return _joined([*parts, _escaped(text[at:])])


def _escaped(text: str) -> SafeString:
    return _broken([escape(line) for line in re.split(r"\r\n?|\n", text)])


def _broken(lines: Iterable[str]) -> SafeString:
    return format_html_join(SafeString("<br>"), "{}", ((line,) for line in lines))


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
