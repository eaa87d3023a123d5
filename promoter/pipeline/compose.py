"""compose: makes the creatives of the next three days, as the bytes that will go out.

What a creative was made from is kept as a digest: when a price, a certificate, a photo, a template
or a font changes, the creative is made anew and its approval is void, days before the slot.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from promoter.core import delivery as life
from promoter.core import listing_words, rules, wording
from promoter.core.delivery import UNATTEMPTED, Delivery, State
from promoter.core.errors import ConfigError
from promoter.core.facts import changed, facts
from promoter.core.kind import GROUPS
from promoter.core.link import links
from promoter.core.model import (
    Approval,
    Creative,
    Format,
    Listing,
    Media,
    Phrase,
    Placement,
    Post,
    Producer,
    Product,
    digest,
)
from promoter.core.wording import CardWords, Voice
from promoter.pipeline.context import Account, Context
from promoter.store import creatives, database, deliveries, follow_ups, posts, products
from promoter.store.creatives import Composed
from promoter.store.database import Session
from promoter.store.follow_ups import Verb

AHEAD = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Material:
    """All that a creative is made from."""

    post: Post
    product: Product
    producer: Producer
    account: Account
    day: date


@dataclass(frozen=True, slots=True)
class Made:
    """A creative that may go out; its media carry their bytes."""

    composed: Composed


def compose(context: Context) -> list[Delivery]:
    """Make or renew the creatives of what is shown from now on; return what changed.

    That is: the posts of the next 72 hours, and the listings that are live.
    """
    with context.store.read() as session:
        soon = deliveries.before(session, UNATTEMPTED, database.now(session) + AHEAD)
        live = deliveries.live_listings(session)
        found = posts.posts(session, [item.key for item in (*soon, *live)])
        stale = [
            post
            for post in found
            if _has_place(context, post) and not _is_fresh(context, session, post)
        ]
    changed = []
    for post in stale:
        if context.stopping.is_set():
            break
        try:
            after = _renew(context, post)
        except ConfigError as error:  # one broken photo or template must not hold up the others
            after = _refuse(context, post, error.phrase, State.WAITING)
        if after:
            changed.append(after)
    return changed


def _has_place(context: Context, post: Post) -> bool:
    """Tell whether a post's account is in the settings, and still what it was.

    Where it is not nothing is decided: it may only be missing for one start.
    """
    account = context.accounts.get(post.account)
    return (
        account is not None
        and account.channel == post.channel
        and post.placement in account.limits.formats
    )


def _is_fresh(context: Context, session: Session, post: Post) -> bool:
    """Tell whether a post's creative was made from what there is now."""
    material, kept = _gather(context, session, post), creatives.get(session, post.key)
    if isinstance(material, Phrase) or kept is None:
        return False
    return kept.inputs == _inputs(context, material)


def make(context: Context, post: Post) -> Made | Phrase:
    """Return the creative of a post, or why it must not go out; stores nothing.

    Raises:
        ConfigError: A template, font or photo is missing or wrong.
    """
    with context.store.read() as session:
        material = _gather(context, session, post)
    if isinstance(material, Phrase):
        return material
    return _make(context, material)


def refused(context: Context, key: str) -> Phrase | None:
    """Return why a post must not stand there any longer, or None."""
    with context.store.read() as session:
        (post,) = posts.posts(session, [key])
        material = _gather(context, session, post)
    return material if isinstance(material, Phrase) else None


def remake(context: Context, key: str) -> Phrase | None:
    """Make the creative of a live post anew, as it should be today; return why it must not be.

    Raises:
        ConfigError: A template, font or photo is missing or wrong.
    """
    with context.store.read() as session:
        (post,) = posts.posts(session, [key])
        before = creatives.get(session, key)
    made = make(context, post)
    if isinstance(made, Phrase):
        return made
    _put_media(context, made)
    _keep(context, post, made.composed, before)
    return None


def make_card(context: Context, post: Post, form: Format) -> bytes:
    """Return a post's card in any format.

    Raises:
        ConfigError: A template, font or photo is missing or wrong, or the product is unknown.
    """
    with context.store.read() as session:
        material = _gather(context, session, post)
    assert isinstance(material, Material)  # noqa: S101 - the caller made this post
    return _card(context, material, form)


def _gather(context: Context, session: Session, post: Post) -> Material | Phrase:
    product = products.product(session, post.products[0])
    gone = [code for code in post.products if products.product(session, code) is None]
    maker = products.producer(session, product.producer) if product else None
    account = context.accounts.get(post.account)
    if gone or product is None or maker is None:
        code = (*gone, post.products[0])[0]
        return Phrase("{code} is no longer in the catalogue", code=code)
    if account is None:
        return Phrase("there is no account {name} any more", name=post.account)
    # what is live goes on standing there: it must be true today
    day = max(post.at, database.now(session)).astimezone(context.office.zone).date()
    refused = rules.refusal(product, day, age_gated=account.limits.age_gated)
    return refused or Material(post, product, maker, account, day)


def _inputs(context: Context, material: Material) -> str:
    post = material.post
    return digest(
        material.product.model_dump_json(),
        material.producer.model_dump_json(),
        str(material.product.certificate_on(material.day)),
        str((post.recipe, post.placement, post.code)),
        str((material.account.limits.caption, material.account.links)),
        context.studio.digest(post.recipe.card),
        context.captions.digest(post.recipe.caption),
        context.office.public_url,
        context.office.locale.language,
    )


def _renew(context: Context, post: Post) -> Delivery | None:
    with context.store.read() as session:
        material = _gather(context, session, post)
        before = creatives.get(session, post.key)
    if isinstance(material, Phrase):
        return _refuse(context, post, material, State.CANCELLED)
    made = _make(context, material)
    if isinstance(made, Phrase):
        return _refuse(context, post, made, State.WAITING)
    _put_media(context, made)
    return _keep(context, post, made.composed, before)


def _put_media(context: Context, made: Made) -> None:
    """Keep the files of a creative before the rows that name them."""
    for medium in made.composed.creative.media:
        context.media.put(medium.data or b"")


def _keep(context: Context, post: Post, new: Composed, before: Composed | None) -> Delivery | None:
    with context.store.write() as session:
        now = database.now(session)
        old = deliveries.get(session, post.key)
        if old is None or old.lease_until or not _may_change(old):
            return None
        sizes = [len(medium.data or b"") for medium in new.creative.media]
        creatives.put(session, post.key, new, sizes, now)
        mark = new.creative.digest()
        if before and before.creative.digest() == mark:  # nothing to ask again
            return _righted(session, old, now) if mark == old.shown else None
        if post.approval is Approval.AUTO:
            creatives.approve(session, post.key, mark, "auto", now)
        approved = creatives.approved(session, post.key) == mark
        note = None if approved else _what_changed(before, new)
        if old.state is State.PUBLISHED:
            after = replace(old, note=note)
            if approved:
                follow_ups.ask(session, post.key, Verb.CORRECT, old.account, now)
        else:
            after = life.composed(old, approved=approved, note=note)
        return after if deliveries.save(session, old, after, now) else None


def _righted(session: Session, old: Delivery, now: datetime) -> Delivery | None:
    """Take the note from a live post that shows again what it should."""
    after = replace(old, note=None)
    changed = old.note is not None and deliveries.save(session, old, after, now)
    return after if changed else None


def _may_change(old: Delivery) -> bool:
    """Tell whether what a post shows may be made anew: before it is sent, or if it is live."""
    return old.state in UNATTEMPTED or old.state is State.PUBLISHED


def _what_changed(before: Composed | None, new: Composed) -> Phrase:
    if before is None:
        return Phrase("it waits for approval")
    what = changed(before.facts, new.facts)
    if what:
        return Phrase("it waits for approval again; changed: {what}", what=what)
    return Phrase("it waits for approval again; its words or picture have changed")


def _refuse(context: Context, post: Post, why: Phrase, state: State) -> Delivery | None:
    """Keep that a post must not go out: cancelled if unlawful, waiting if its words are wrong."""
    with context.store.write() as session:
        now = database.now(session)
        old = deliveries.get(session, post.key)
        if old and old.state is State.PUBLISHED:
            return _take_down(session, old, why, state, now)
        if old is None or old.state not in UNATTEMPTED or old.lease_until:
            return None
        creatives.remove(session, post.key)
        after = replace(old, state=state, note=why, draft=None, next_at=old.at)
        if (old.state, old.note) == (after.state, after.note):
            return None
        return after if deliveries.save(session, old, after, now) else None


def _take_down(
    session: Session, old: Delivery, why: Phrase, state: State, now: datetime
) -> Delivery | None:
    """Ask for the end of a live listing that has become unlawful; wrong words only get a note."""
    wishes = [item.verb for item in follow_ups.of(session, old.key)]
    if state is State.CANCELLED and Verb.WITHDRAW not in wishes:
        follow_ups.ask(session, old.key, Verb.WITHDRAW, old.account, now)
    elif old.note is not None:
        return None
    after = replace(old, note=why)
    return after if deliveries.save(session, old, after, now) else None


def _make(context: Context, material: Material) -> Made | Phrase:
    if material.post.placement is Placement.LISTING:
        return _listing(context, material)
    post, product, maker = material.post, material.product, material.producer
    account, day, voice = material.account, material.day, _voice(context)
    form = account.limits.formats[post.placement]
    variant, hook = context.captions.hook(
        post.recipe.caption, post.channel, product, maker, post.key
    )
    link = _link(context, "r", post)
    caption = wording.caption(
        product,
        maker,
        day,
        voice,
        hook=hook,
        link=link if account.links else voice.say(Phrase("code {code}", code=post.code)),
        hashtags=post.recipe.hashtags,
        limits=account.limits,
    )
    alt = wording.alt_text(product, maker, day, voice, has_photo=bool(product.photos))
    said = "\n".join((caption, alt, *_words(context, material).texts()))
    wrong = rules.claims(said, product, day)
    if wrong:
        return wrong[0]
    data = _card(context, material, form)
    sha256 = hashlib.sha256(data).hexdigest()
    medium = Media("image", sha256, "image/jpeg", form.width, form.height, alt, data)
    target = links(post, context.office.public_url)[0].target
    creative = Creative(post.placement, product.name, caption, link, target, (medium,))
    stated = facts(product, maker, day)
    return Made(Composed(creative, _inputs(context, material), stated, variant))


def _listing(context: Context, material: Material) -> Made | Phrase:
    post, product, maker = material.post, material.product, material.producer
    limits, day, voice = material.account.limits, material.day, _voice(context)
    if product.price is None or not product.photos:
        return Phrase("{code} has no price or no photo: a shop asks for both", code=product.code)
    title = listing_words.title(product)
    said = listing_words.description(product, maker, day, voice, limits.caption)
    wrong = rules.claims(f"{title}\n{said}", product, day)
    if wrong:
        return wrong[0]
    photo, form = product.photos[0], limits.formats[post.placement]
    data = context.studio.plain(context.media.get(photo.sha256), photo.focus, form)
    shown = Phrase("Illustration of {name}") if photo.sample else Phrase("Photo of {name}")
    alt = voice.say(Phrase(shown.text, name=product.name))
    name = hashlib.sha256(data).hexdigest()
    medium = Media("image", name, "image/jpeg", form.width, form.height, alt, data)
    offer = Listing(
        product.code,
        product.product_class,
        product.price,
        listing_words.grams(product),
        product.gtin,
    )
    target = links(post, context.office.public_url)[0].target
    creative = Creative(
        post.placement, title, said, _link(context, "r", post), target, (medium,), offer
    )
    stated = facts(product, maker, day)
    return Made(Composed(creative, _inputs(context, material), stated, "listing"))


def _card(context: Context, material: Material, form: Format) -> bytes:
    photo = next(iter(material.product.photos), None)
    sample = photo is not None and photo.sample
    return context.studio.card(
        material.post.recipe.card,
        _words(context, material),
        context.media.get(photo.sha256) if photo else None,
        photo.focus if photo else (0.5, 0.5),
        form,
        _link(context, "q", material.post),
        label=context.office.locale.say(Phrase("Sample illustration")) if sample else "",
    )


def _words(context: Context, material: Material) -> CardWords:
    group = material.product.group
    kicker = context.office.locale.say(GROUPS.get(group, Phrase(group)))
    return wording.card_words(
        material.product, material.producer, material.day, _voice(context), kicker
    )


def _voice(context: Context) -> Voice:
    locale = context.office.locale
    return Voice(locale.say, locale.money, locale.day)


def _link(context: Context, kind: str, post: Post) -> str:
    return f"{context.office.public_url}/{kind}/{post.code}"
