"""Caption templates: what is said about a product before the facts, one file for each style.

A file holds blocks `any_1`, `any_2`, … and, where a channel wants other words, `facebook_1`, …
Text of the catalogue reaches a template only as values; it is never a template itself.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jinja2 import (
    DictLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    meta,
    nodes,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from promoter.core.errors import ConfigError
from promoter.core.fitting import sentences
from promoter.core.kind import KINDS, kind
from promoter.core.model import Phrase, Place, Producer, Product, digest
from promoter.core.problem import Problem, Severity
from promoter.core.rules import claims

SUFFIX = ".txt.j2"
_BLOCK = re.compile(r"([a-z][a-z0-9_]*?)_([1-9]\d*)")
_NO_BLOCK = Phrase("there is no block «any_1»; add one")
_MISTAKES = (TemplateError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A template as it was at one version of its file."""

    version: tuple[int, int]
    file: str
    source: str
    template: Template

    @property
    def digest(self) -> str:
        return digest(self.source)


class Captions:
    """The caption templates of an office."""

    def __init__(self, assets: Path) -> None:
        self.folder = assets / "captions"
        self._compiled: dict[str, _Compiled] = {}
        # Without a loader no template can read another file, so one digest covers its words.
        self._environment = ImmutableSandboxedEnvironment(
            loader=DictLoader({}),
            undefined=StrictUndefined,
            autoescape=False,  # plain text, not a page
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.clear()

    def templates(self) -> frozenset[str]:
        """Return the names that a campaign may use."""
        found = self.folder.glob(f"*{SUFFIX}")
        return frozenset(path.name.removesuffix(SUFFIX) for path in found)

    def digest(self, name: str) -> str:
        """Return a digest of a template's text.

        Raises:
            ConfigError: There is no such template, or it cannot be read.
        """
        return self._load(name).digest

    def hook(
        self, name: str, channel: str, product: Product, producer: Producer, choice: str
    ) -> tuple[str, str]:
        """Return which variant a post gets, and its words.

        Args:
            name: The template.
            channel: Kind of channel; its own blocks come before those for any.
            choice: What the variant depends on: the same choice gives the same words.

        Raises:
            ConfigError: The template is missing or wrong: file, line and what to do.
        """
        compiled = self._load(name)
        blocks = compiled.template.blocks
        variants = _variants(blocks, channel) or _variants(blocks, "any")
        if not variants:
            raise _refused(compiled.file, None, "any_1", _NO_BLOCK)
        variant = variants[int(digest(name, choice), 16) % len(variants)]
        return variant, self._render(compiled, variant, _values(product, producer))

    def check(self) -> list[Problem]:
        """Return every problem of every template, each block tried with each kind of product."""
        return [problem for name in sorted(self.templates()) for problem in self._check(name)]

    def _check(self, name: str) -> Iterator[Problem]:
        try:
            compiled = self._load(name)
        except ConfigError as error:
            yield from error.problems
            return
        blocks = compiled.template.blocks
        for block in blocks:
            if not _BLOCK.fullmatch(block):
                unused = Phrase(
                    "«{block}» is never used; call it any_1, any_2 or <channel>_1", block=block
                )
                yield _problem(compiled.file, None, block, unused)
        if not _variants(blocks, "any"):
            yield _problem(compiled.file, None, "any_1", _NO_BLOCK)
        unknown = list(self._unknown(compiled))
        yield from unknown
        if unknown:
            return  # the blocks would only fail on the same names
        for block in filter(_BLOCK.fullmatch, blocks):
            yield from self._try(compiled, block)

    def _unknown(self, compiled: _Compiled) -> Iterator[Problem]:
        tree = self._environment.parse(compiled.source)
        known = _values(_SAMPLES[0], _SAMPLE_PRODUCER)
        made = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}
        made |= {node.name for node in tree.find_all(nodes.Macro)}
        missing = meta.find_undeclared_variables(tree) - set(known) - made
        for node in tree.find_all(nodes.Name):
            if node.name in missing:
                missing.remove(node.name)
                wrong = Phrase(
                    "there is no value «{name}»; known are {known}",
                    name=node.name,
                    known=", ".join(sorted(known)),
                )
                yield _problem(compiled.file, node.lineno, node.name, wrong)

    def _try(self, compiled: _Compiled, block: str) -> Iterator[Problem]:
        for sample, sort in itertools.product(_SAMPLES, sorted(KINDS)):
            values = _values(sample, _SAMPLE_PRODUCER) | {"kind": sort}
            try:
                words = self._render(compiled, block, values)
            except ConfigError as error:
                yield from error.problems
                return  # the other kinds mostly fail alike
            doubt = _doubt(words, block, sort)
            if doubt:
                yield _problem(compiled.file, None, block, doubt, Severity.WARNING)
                return

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{SUFFIX}"

    def _load(self, name: str) -> _Compiled:
        if name not in self.templates():
            known = ", ".join(sorted(self.templates())) or "–"
            raise ConfigError(
                Phrase(
                    "there is no caption template «{name}» in {folder}; known are {known}",
                    name=name,
                    folder=str(self.folder),
                    known=known,
                )
            )
        path = self._path(name)
        try:
            status = path.stat()
            version = status.st_mtime_ns, status.st_size
            before = self._compiled.get(name)
            if before and before.version == version:
                return before
            source = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            wrong = Phrase("cannot read {path}; it must be a text file in UTF-8", path=str(path))
            raise _refused(str(path), None, "", wrong) from None
        compiled = _Compiled(version, str(path), source, self._compile(source, path))
        self._compiled[name] = compiled
        return compiled

    def _compile(self, source: str, path: Path) -> Template:
        try:
            code = self._environment.compile(source, path.name, str(path))
        except TemplateSyntaxError as error:
            wrong = Phrase("the template cannot be read: {why}", why=error.message or "")
            raise _refused(str(path), error.lineno, "", wrong) from None
        return Template.from_code(self._environment, code, self._environment.make_globals(None))

    def _render(self, compiled: _Compiled, block: str, values: Mapping[str, object]) -> str:
        template, file = compiled.template, compiled.file
        context = template.new_context(dict(values))
        render = context.blocks[block][0]
        context.blocks = {other: [_nothing] for other in context.blocks}
        try:
            list(template.root_render_func(context))  # defines the macros, renders no block
            text = "".join(render(context))
        except _MISTAKES as error:
            raise _refused(file, _line(error, template, file), block, _why(error)) from None
        return _tidy(text)


def _nothing(_context: object) -> Iterator[str]:
    return iter(())


def _variants(blocks: Mapping[str, Callable[..., object]], channel: str) -> Sequence[str]:
    found = [match for match in map(_BLOCK.fullmatch, blocks) if match and match[1] == channel]
    return [match[0] for match in sorted(found, key=lambda match: int(match[2]))]


def _line(error: BaseException, template: Template, file: str) -> int | None:
    """Return the line of the template in which an error arose."""
    trace, line = error.__traceback__, None
    while trace:
        if trace.tb_frame.f_code.co_filename == file:  # compiled code bears the template's name
            line = template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return line


def _why(error: Exception) -> Phrase:
    if isinstance(error, TemplateNotFound):
        return Phrase("a template cannot use another file («{name}»)", name=str(error))
    return Phrase("the template fails here: {why}", why=str(error))


def _problem(
    file: str,
    line: int | None,
    block: str,
    phrase: Phrase,
    severity: Severity = Severity.ERROR,
) -> Problem:
    return Problem(file, line, None, block, "caption-template", phrase, severity)


def _doubt(words: str, block: str, sort: str) -> Phrase | None:
    """Return what a person should look at in words for a product without a certificate."""
    if not words:
        return Phrase(
            "«{block}» says nothing about a product of kind {kind}", block=block, kind=sort
        )
    if claims(words, _SAMPLES[0], date.min):
        return Phrase(
            "«{block}» speaks of OCOP or stars: leave that to the facts, which say it only"
            " while the certificate is in force",
            block=block,
        )
    return None


def _refused(file: str, line: int | None, block: str, phrase: Phrase) -> ConfigError:
    place = file if line is None else f"{file}:{line}"
    whole = Phrase("{place}: {wrong}; correct the template", place=place, wrong=phrase)
    return ConfigError(whole, [_problem(file, line, block, phrase)])


def _tidy(text: str) -> str:
    """Return a text without needless white space; an empty line parts paragraphs."""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


# What a template may use


def _values(product: Product, producer: Producer) -> dict[str, object]:
    """Return the names that a template may use: texts, and lists of texts or numbers.

    The description comes without a sentence on the geographical indication: the facts say it.
    """
    place = product.place
    said = [text for text in sentences(product.description) if "chỉ dẫn địa lý" not in text]
    texts = {
        "code": product.code,
        "name": product.name,
        "description": "".join(said),
        "group": product.group,
        "product_class": product.product_class,
        "kind": kind(product),
        "unit": product.price_unit,
        "gi": product.gi.partition(" (")[0],
        "season": _season(product.season_months),
        "commune": place.commune[:1].lower() + place.commune[1:],
        "province": place.province,
        "district": re.sub(r"^(?:Huyện|Thị xã|Thành phố|Quận)\s+", "", place.district_old),
        "producer": producer.name,
    }
    tidy = {name: " ".join(text.split()) for name, text in texts.items()}
    return tidy | {
        "months": product.season_months,
        "packaging": product.packaging,
        "tags": product.tags,
    }


def _season(months: Sequence[int]) -> str:
    """Write months as templates say them, in Vietnamese: `tháng 12 đến tháng 5`."""
    names = [f"tháng {month}" for month in months]
    steps = {(after - before) % 12 for before, after in itertools.pairwise(months)}
    if len(names) > 2 and steps == {1}:
        return f"{names[0]} đến {names[-1]}"
    return " và ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


_PLACE = Place(
    commune="Xã Mẫu",
    province="Cà Mau",
    commune_old="Xã Mẫu",
    district_old="Huyện Mẫu",
    province_old="Bạc Liêu",
)
_SAMPLE_PRODUCER = Producer(
    code="P00", name="Cơ sở Mẫu", legal_form="household", address="Ấp Mẫu", place=_PLACE
)
_SAMPLE = Product(
    code="BL-000",
    name="Sản phẩm mẫu",
    description="Một câu mô tả.",
    group="food",
    product_class="processed_food",
    producer="P00",
    place=_PLACE,
    price_unit="gói 1 kg",
    packaging=("gói 1 kg",),
    season_months=(12, 1, 2),
)
_SAMPLES = (
    _SAMPLE,
    _SAMPLE.model_copy(update={"season_months": (7, 8), "packaging": (), "price_unit": ""}),
)
