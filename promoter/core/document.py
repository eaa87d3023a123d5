"""TOML text as values with places, so that every mistake is shown where it stands.

tomllib reads the values; tree-sitter, which survives errors, knows where each of them stands.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from promoter.core.model import Phrase
from promoter.core.problem import Problem

Path = tuple[str | int, ...]
"""Keys and list positions from the top of a file to a value."""

TOML = Language(tree_sitter_toml.language())


@dataclass(frozen=True, slots=True)
class Document:
    """The values of a TOML file (all texts in NFC) and the place of each.

    Places are line and column from 1; columns count the characters of the file as it is.
    """

    file: str
    values: dict[str, Any]
    _places: Mapping[Path, tuple[Node, Node]]
    _lines: Sequence[bytes]

    def place(self, path: Path) -> tuple[int, int]:
        """Return where a value stands; of a missing one, where its table begins."""
        return self._find(path, 1)

    def key_place(self, path: Path) -> tuple[int, int]:
        """Return where the key of a value stands."""
        return self._find(path, 0)

    def _find(self, path: Path, side: int) -> tuple[int, int]:
        while path and path not in self._places:
            path, side = path[:-1], 1
        return _place(self._places[path][side], self._lines) if path else (1, 1)


def dotted(path: Path) -> str:
    """Write a path the way people do: `accounts[1]`, `select.min_stars`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            bare = re.fullmatch(r"[A-Za-z0-9_-]+", part)
            text += ("." if text else "") + (part if bare else f'"{part}"')
    return text


def read(text: str, file: str) -> tuple[Document | None, list[Problem]]:
    """Read TOML; a syntax error is told alone, since it hides what follows it.

    Args:
        text: The text of the file, with or without byte order mark, with any line ends.
        file: The file as the user named it.
    """
    text = text.removeprefix("\ufeff")
    data = text.encode(errors="replace")
    tree = Parser(TOML).parse(data)
    places, lines = _Places(), data.split(b"\n")
    try:
        values = _composed(tomllib.loads(text.encode().decode()))  # refuses halves of characters
        places.read(tree.root_node)
    except RecursionError:
        phrase = Phrase("lists and tables are nested too deeply; write them flatter")
        return None, [Problem(file, 1, 1, "", "syntax", phrase)]
    except ValueError as error:
        return None, [_syntax(str(error), text, file, tree.root_node)]
    for path, node in places.repeats:  # tomllib keeps keys apart that differ only in their form
        return None, [_repeated(path, node, places, lines, file)]
    return Document(file, values, places.found, lines), []


def _composed(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_composed(item) for item in value]
    if isinstance(value, dict):
        return {_composed(key): _composed(item) for key, item in value.items()}
    return value


def _place(node: Node, lines: Sequence[bytes]) -> tuple[int, int]:
    row, column = node.start_point
    return row + 1, len(lines[row][:column].decode()) + 1


@dataclass(slots=True)
class _Places:
    """The nodes of key and value by path.

    Attributes:
        repeats: Keys and tables that were already there, in the order of the file.
    """

    found: dict[Path, tuple[Node, Node]] = field(default_factory=dict)
    repeats: list[tuple[Path, Node]] = field(default_factory=list)
    _declared: set[Path] = field(default_factory=set)
    _counts: dict[Path, int] = field(default_factory=dict)

    def read(self, root: Node) -> None:
        for node in root.named_children:
            if node.type == "pair":
                self._pair(node, ())
            elif node.type in ("table", "table_array_element"):
                path = self._header(node)
                for pair in node.named_children:
                    if pair.type == "pair":
                        self._pair(pair, path)

    def _header(self, node: Node) -> Path:
        *before, (last, key) = _parts(node.named_children[0])
        path: Path = ()
        for part, part_key in before:
            path += (part,)
            self.found.setdefault(path, (part_key, part_key))
            if path in self._counts:
                path += (self._counts[path],)
        path += (last,)
        if node.type == "table_array_element":
            if path not in self._counts:
                self._declare(path, key, node)
            self._counts[path] = self._counts.get(path, -1) + 1
            path += (self._counts[path],)
        self._declare(path, key, node)
        return path

    def _pair(self, node: Node, path: Path) -> None:
        key, value = node.named_children[0], node.named_children[-1]
        for part, part_key in _parts(key):
            path += (part,)
            self.found.setdefault(path, (part_key, part_key))
        self._declare(path, part_key, value)
        self._inside(value, path)

    def _inside(self, node: Node, path: Path) -> None:
        if node.type == "array":
            items = [item for item in node.named_children if item.type != "comment"]
            for position, item in enumerate(items):
                self.found[*path, position] = item, item
                self._inside(item, (*path, position))
        elif node.type == "inline_table":
            for pair in node.named_children:
                if pair.type == "pair":
                    self._pair(pair, path)

    def _declare(self, path: Path, key: Node, value: Node) -> None:
        if path in self._declared:
            self.repeats.append((path, key))
            return
        self._declared.add(path)
        self.found[path] = key, value


def _parts(key: Node) -> Iterator[tuple[str, Node]]:
    if key.type == "dotted_key":
        for child in key.named_children:
            yield from _parts(child)
        return
    text = (key.text or b"").decode()
    if key.type == "quoted_key":
        (text,) = tomllib.loads(f"{text} = 0")
    yield unicodedata.normalize("NFC", text), key


# What is wrong with the syntax, and what to do


def _syntax(message: str, text: str, file: str, root: Node) -> Problem:
    lines = text.encode(errors="replace").split(b"\n")
    if message.startswith(("Cannot", "Duplicate")):
        places = _Places()
        places.read(root)
        for path, node in places.repeats:
            return _repeated(path, node, places, lines, file)
    where = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    reason = message[: where.start()] if where else message
    if where and where[1]:
        line, column = int(where[1]), int(where[2])
        source = lines[line - 1].decode() if line <= len(lines) else ""
        phrase = _habit(reason, source, column - 1) or _form(reason)
    else:
        line, column = _place(_first_error(root), lines)
        phrase = _form(reason if reason.startswith("Cannot") or not where else "")
    return Problem(file, line, column, "", "syntax", phrase)


def _repeated(
    path: Path, node: Node, places: _Places, lines: Sequence[bytes], file: str
) -> Problem:
    line, column = _place(node, lines)
    first, _ = _place(places.found[path][0], lines)
    phrase = Phrase(
        "«{key}» stands twice, first in line {line}; keep one of them",
        key=dotted(path),
        line=first,
    )
    return Problem(file, line, column, dotted(path), "syntax", phrase)


def _first_error(root: Node) -> Node:
    node = root
    while node.type != "ERROR" and not node.is_missing:
        broken = [child for child in node.children if child.has_error or child.is_missing]
        if not broken:
            break
        node = broken[0]
    return node


def _habit(reason: str, source: str, stumbled: int) -> Phrase | None:
    """Recognise what people are used to write elsewhere.

    Args:
        reason: tomllib's words, without the place.
        source: The line on which it stumbled.
        stumbled: Where on that line, from 0.
    """
    day = re.search(r"=\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b", source)
    if day:
        iso = f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}"
        return Phrase("write a date as year-month-day: {date}", date=iso)
    clock = re.search(r"[=\[,]\s*(\d{1,2})(:\d\d)\b(?!:)", source)
    if clock:
        return Phrase('write a time in quotes: "{time}"', time=f"{int(clock[1]):02}{clock[2]}")
    number = re.search(r"=\s*(\d+),(\d+)\s*(#.*)?$", source)
    if number:
        return Phrase("write a point, not a comma: {number}", number=f"{number[1]}.{number[2]}")
    return _bare_word(source[stumbled:].strip()) if reason == "Invalid value" else None


def _bare_word(rest: str) -> Phrase | None:
    if rest[:1] in set("“”„‘’«»"):
        return Phrase('these are curly quotes; write straight ones: "…"')
    word = re.match(r"[^\W\d][^\s,\]}#]*", rest)
    if word is None:
        return None
    if word[0].lower() in ("true", "false", "yes", "no", "có", "không"):
        return Phrase("write true or false, in small letters and without quotes")
    return Phrase('«{found}» is not a value; text stands in quotes: "{found}"', found=word[0])


FORMS = {
    "Invalid value": Phrase('a value is missing here, for example "text", 3, true or ["a", "b"]'),
    "Invalid statement": Phrase(
        "a line is key = value or [table]; keys have only a-z, 0-9, - and _"
    ),
    "Invalid initial character": Phrase(
        "a line is key = value or [table]; keys have only a-z, 0-9, - and _"
    ),
    "Expected '='": Phrase("after the key comes = and a value; keys have no spaces or accents"),
    "Expected newline": Phrase("the value ends before this; write one key = value on each line"),
    "Expected ']": Phrase("the table's name has no closing ]; write for example [select]"),
    "Illegal character '\\n'": Phrase("the text has no closing quote on its line"),
    "Unclosed array": Phrase("a comma or the closing ] of the list is missing before this"),
    "Unclosed inline": Phrase("a comma or the closing brace of the table is missing before this"),
    "Invalid date": Phrase("there is no such day or time; write for example 2026-11-24"),
    "Unescaped": Phrase(
        "a backslash is special between double quotes; put the text in single quotes"
    ),
    "Invalid hex": Phrase(
        "a backslash is special between double quotes; put the text in single quotes"
    ),
    "Cannot": Phrase("this key already has a value of another kind; keep one of them"),
    "Exceeds": Phrase("a number in this file has too many digits"),
}
"""How a broken thing is written, by the beginning of tomllib's words."""


def _form(reason: str) -> Phrase:
    if not reason:
        return Phrase("what begins here has no end: a quote, a bracket or a value is missing")
    for beginning, phrase in FORMS.items():
        if reason.startswith(beginning):
            return phrase
    return Phrase("this is not valid TOML: {why}", why=reason)
