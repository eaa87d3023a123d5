"""preview: pictures and captions as they would go out, written to a folder with a contact sheet."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from promoter.core.errors import ConfigError
from promoter.core.model import FORMATS, Approval, Phrase, Placement, Post, Recipe, digest
from promoter.pipeline import plan as planning
from promoter.pipeline.compose import Made, make, make_card
from promoter.pipeline.context import Context
from promoter.store import products


def of_plan(
    context: Context, campaigns: Path, campaign: str, account: str, out: Path
) -> list[Path]:
    """Write the posts that stand or would be created, in order of time.

    Raises:
        ConfigError: A campaign has errors, or the folder cannot be written.
    """
    values = planning.read(context, planning.read_files(campaigns))
    wanted = planning.wanted(context, values)
    chosen = [
        post
        for post in wanted
        if (not campaign or post.campaign == campaign) and (not account or post.account == account)
    ]
    made = []
    for post in chosen:
        result = make(context, post)
        if isinstance(result, Made):
            made.append((f"{post.at:%Y-%m-%d}-{post.products[0]}-{post.code}", result))
    return _write(context, made, out)


def of_product(context: Context, code: str, out: Path) -> list[Path]:
    """Write one product's card in every format, and its caption.

    Raises:
        ConfigError: There is no such product, it may not be advertised, or nothing can be written.
    """
    with context.store.read() as session:
        product = products.product(session, code)
    if product is None:
        raise ConfigError(Phrase("no product {code}; see «promoter catalog list»", code=code))
    now = context.now()
    post = _sample(context, product.code, product.producer, now)
    made = make(context, post)
    if not isinstance(made, Made):
        raise ConfigError(Phrase("{code} may not be advertised: {why}", code=code, why=made))
    files = _write(context, [(code, made)], out)
    for form in FORMATS.values():
        path = out / f"{code}-{form.name}.jpg"
        path.write_bytes(make_card(context, post, form))
        files.append(path)
    return files


def _sample(context: Context, code: str, producer: str, now: datetime) -> Post:
    account = next(iter(context.accounts.values()), None)
    if account is None:
        raise ConfigError(Phrase("settings.toml has no account yet; add one under [accounts]"))
    card, caption = sorted(context.studio.templates())[0], "spotlight"
    key = digest("preview", code)
    return Post(
        key=key,
        code=key[:10],
        campaign="own",
        account=account.name,
        channel=account.channel,
        placement=Placement.FEED,
        day=now.astimezone(context.office.zone).date(),
        ordinal=0,
        at=now,
        products=(code,),
        producer=producer,
        recipe=Recipe(card, caption),
        approval=Approval.STAFF,
        max_lateness=planning.MEMORY,
        reason=Phrase("preview"),
    )


def _write(context: Context, made: Iterable[tuple[str, Made]], out: Path) -> list[Path]:
    files: list[Path] = []
    tiles: list[tuple[bytes, str]] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, item in made:
            for position, medium in enumerate(item.composed.creative.media):
                path = out / f"{name}{f'-{position + 1}' if position else ''}.jpg"
                path.write_bytes(medium.data or b"")
                files.append(path)
                tiles.append((medium.data or b"", name))
            path = out / f"{name}.txt"
            alt = "\n".join(medium.alt for medium in item.composed.creative.media)
            path.write_text(f"{item.composed.creative.caption}\n\n[{alt}]\n", encoding="utf-8")
            files.append(path)
        if tiles:
            sheet = out / "contact-sheet.jpg"
            sheet.write_bytes(context.studio.sheet(tiles))
            files.append(sheet)
    except OSError as error:
        raise ConfigError(
            Phrase("cannot write to {folder}: {why}", folder=out, why=error.strerror or "")
        ) from None
    return files
