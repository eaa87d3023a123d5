"""The life of a listing: made hidden, shown, found again, put right, taken down."""

import unicodedata
from dataclasses import replace
from datetime import timedelta

import pytest

from promoter.channels.shopee.content import LIMITS
from promoter.core.errors import (
    ChannelError,
    NotAuthorized,
    OutcomeUnknown,
    Rejected,
    Transient,
)
from promoter.core.model import Absent, Draft, Money, Placement, Receipt
from promoter.remote.deadline import fence
from promoter.sandbox.contract import Fault
from tests.channels.shopee.shop import (
    KEYS,
    SINCE,
    TITLE,
    WORDS,
    Office,
    creative,
    office,
    picture,
    prepared,
    steps,
)

ADD, UPDATE, PRICE = "product/add_item", "product/update_item", "product/update_price"
SHOW = "product/unlist_item"
PICTURES, FORM, PLACED, VERIFIED = 2, 3, 4, 5
"""So many steps it takes until these are done."""


def published(shop: Office, **words: object) -> Receipt:
    """Put a listing up."""
    channel, what = shop.channel(), creative(**words)  # type: ignore[arg-type]
    return channel.publish(what, "key", prepared(channel, what))


def only(shop: Office) -> dict[str, object]:
    """Return the one item of the shop."""
    (item,) = shop.items().values()
    return item


# Preparing


def test_each_step_is_stored_and_what_is_done_stays_done(shop: Office) -> None:
    channel, what = shop.channel(), creative()
    draft = None
    uploads = []
    for _ in range(VERIFIED):
        assert draft is None or not draft.ready
        draft = channel.prepare(what, "key", draft)
        uploads.append(shop.box.left("POST", "upload_image"))
    assert draft
    assert draft.ready
    assert uploads == [1, 2, 2, 2, 2]
    assert shop.box.left("POST", ADD) == 1
    before = shop.box.left()
    assert channel.prepare(what, "key", draft) == draft
    assert shop.box.left() == before


def test_a_step_taken_again_with_the_same_draft_makes_no_second_listing(shop: Office) -> None:
    channel, what = shop.channel(), creative()
    draft = steps(channel, what, FORM)
    first = channel.prepare(what, "key", draft)
    again = channel.prepare(what, "key", draft)
    assert first.data["item"] == again.data["item"]
    assert len(shop.items()) == 1


def test_nothing_is_public_before_publish(shop: Office) -> None:
    prepared(shop.channel(), creative())
    assert shop.notes() == ["hidden"]
    assert shop.box.left("POST", SHOW) == 0


def test_the_listing_says_and_shows_what_was_approved(shop: Office) -> None:
    channel, what = shop.channel(), creative()
    draft = prepared(channel, what)
    item = only(shop)
    assert item["item_name"] == TITLE
    assert item["description"] == WORDS
    assert item["item_sku"] == "BL-086"
    assert item["original_price"] == 15_000
    assert isinstance(item["original_price"], int)
    assert item["image"] == {"image_id_list": [draft.data[each.sha256] for each in what.media]}


def test_the_listing_is_asked_for_as_the_contract_wants_it(shop: Office) -> None:
    prepared(shop.channel(stock=7, package_cm=[30, 20, 5]), creative())
    (body,) = shop.bodies(ADD)
    image = body.pop("image")
    assert len(image["image_id_list"]) == 2
    assert body == {
        "category_id": 100803,
        "item_name": TITLE,
        "description": WORDS,
        "item_sku": "BL-086",
        "item_status": "UNLIST",
        "original_price": 15_000,
        "weight": 0.55,
        "dimension": {"package_length": 30, "package_width": 20, "package_height": 5},
        "seller_stock": [{"stock": 7}],
        "condition": "NEW",
        "brand": {"brand_id": 0, "original_brand_name": "NoBrand"},
        "logistic_info": [
            {"logistic_id": 50021, "enabled": True},
            {"logistic_id": 50022, "enabled": True},
        ],
        "pre_order": {"is_pre_order": False},
        "gtin_code": "00",
    }


def test_a_vietnamese_text_is_sent_composed(shop: Office) -> None:
    apart = unicodedata.normalize("NFD", WORDS)
    prepared(shop.channel(), creative(apart, title=unicodedata.normalize("NFD", TITLE)))
    assert only(shop)["description"] == WORDS
    assert only(shop)["item_name"] == TITLE


@pytest.mark.parametrize("length", [10, 2_000])
def test_a_description_at_a_limit_is_taken(shop: Office, length: int) -> None:
    prepared(shop.channel(), creative("ế" * length))
    assert only(shop)["description"] == "ế" * length


@pytest.mark.parametrize("length", [9, 2_001])
def test_a_description_beyond_a_limit_is_refused(shop: Office, length: int) -> None:
    with pytest.raises(Rejected):
        prepared(shop.channel(), creative("ế" * length))
    assert shop.items() == {}


def test_a_picture_at_the_limit_is_taken_and_one_over_it_is_not(shop: Office) -> None:
    what = replace(creative(), media=(picture(1, size=LIMITS.media_bytes),))
    prepared(shop.channel(), what)
    over = replace(creative(), media=(picture(1, size=LIMITS.media_bytes + 1),))
    with pytest.raises(Rejected, match="JPEG or PNG"):
        shop.channel().prepare(over, "key", None)


def test_nine_pictures_are_taken_and_ten_are_not(shop: Office) -> None:
    prepared(shop.channel(), creative(pictures=9))
    with pytest.raises(Rejected, match="pictures"):
        prepared(shop.channel(), creative(code="BL-087", pictures=10))
    assert len(shop.items()) == 1


def test_a_picture_that_the_service_cannot_read_is_named(shop: Office) -> None:
    broken = replace(picture(0), data=b"not a picture")
    with pytest.raises(Rejected, match="invalid image format"):
        shop.channel().prepare(replace(creative(), media=(broken,)), "key", None)


def test_a_picture_of_another_kind_asks_nobody(shop: Office) -> None:
    moving = replace(picture(0), mime="image/gif")
    with pytest.raises(Rejected, match="JPEG or PNG"):
        shop.channel().prepare(replace(creative(), media=(moving,)), "key", None)
    assert shop.box.left() == 0


def test_only_listings_are_taken(shop: Office) -> None:
    for what in (
        replace(creative(), placement=Placement.FEED),
        replace(creative(), listing=None),
    ):
        with pytest.raises(Rejected, match="listings"):
            shop.channel().prepare(what, "key", None)


def test_only_prices_in_dong_are_taken(shop: Office) -> None:
    listing = creative().listing
    assert listing
    dollars = replace(listing, price=Money(amount=100, currency="USD"))
    with pytest.raises(Rejected, match="đồng"):
        shop.channel().prepare(replace(creative(), listing=dollars), "key", None)
    assert shop.box.left() == 0


@pytest.mark.parametrize(
    "fault", [Fault.LOST_ANSWER, Fault.CUT, Fault.SERVER_ERROR_AFTER, Fault.LATE]
)
def test_a_listing_whose_answer_was_lost_is_found_and_not_made_again(
    shop: Office, fault: Fault
) -> None:
    draft = steps(shop.channel(), creative(), FORM)
    shop.box.arm(fault, "POST", ADD)
    with pytest.raises(Transient):
        shop.channel(seconds=0.4).prepare(creative(), "key", draft)
    shop.box.settled()
    again = prepared(shop.channel(), creative(), draft)
    assert list(shop.items()) == [again.data["item"]]
    assert shop.box.left("POST", ADD) == 1


def test_a_listing_of_our_code_that_is_hidden_is_rewritten_before_the_slot(shop: Office) -> None:
    prepared(shop.channel(), creative("Lời cũ của muối hạt.", price=12_000, pictures=1))
    draft = prepared(shop.channel(), creative())
    assert only(shop)["description"] == WORDS
    assert only(shop)["original_price"] == 15_000
    assert only(shop)["image"] == {
        "image_id_list": [draft.data[each.sha256] for each in creative().media]
    }
    assert shop.notes() == ["hidden"]


def test_the_stock_of_a_listing_that_is_there_is_left_alone(shop: Office) -> None:
    receipt = published(shop)
    shop.channel(stock=99).correct(receipt, creative("Lời mới của muối hạt."))
    prepared(shop.channel(stock=99), creative())
    assert only(shop)["seller_stock"] == [{"stock": 20}]


def test_a_listing_of_another_code_is_another_listing(shop: Office) -> None:
    prepared(shop.channel(), creative(code="BL-0861"))
    prepared(shop.channel(), creative(code="bl-086"))
    prepared(shop.channel(), creative(code="BL-086"))
    assert [item["item_sku"] for item in shop.items().values()] == ["BL-0861", "bl-086", "BL-086"]


def test_a_deleted_listing_is_not_brought_back(shop: Office) -> None:
    receipt = published(shop)
    delete(shop, receipt)
    again = published(shop)
    assert again.remote_id != receipt.remote_id


def test_a_banned_listing_is_not_made_anew(careful_shop: Office) -> None:
    shop, what = careful_shop, creative(title="Muối hạt CẤM bán")
    channel = shop.channel()
    channel.publish(what, "key", prepared(channel, what))
    shop.now += timedelta(minutes=11)
    with pytest.raises(Rejected, match="banned"):
        prepared(shop.channel(), what)
    assert len(shop.items()) == 1


# Publishing


def test_publish_is_one_public_call_and_gives_the_address_of_buyers(shop: Office) -> None:
    receipt = published(shop)
    (number,) = shop.items()
    assert receipt == Receipt(number, f"https://shopee.vn/product/{KEYS['shop_id']}/{number}")
    assert shop.bodies(SHOW) == [{"item_list": [{"item_id": int(number), "unlist": False}]}]
    assert shop.notes() == [""]
    assert shop.box.left("POST", UPDATE) == shop.box.left("POST", PRICE) == 0


def test_publish_again_is_the_same_receipt(shop: Office) -> None:
    channel, what = shop.channel(), creative()
    draft = prepared(channel, what)
    assert channel.publish(what, "key", draft) == channel.publish(what, "key", draft)


def test_what_is_not_prepared_is_not_published(shop: Office) -> None:
    draft = steps(shop.channel(), creative(), PLACED)
    for unready in (None, draft):
        with pytest.raises(Transient, match="not prepared"):
            shop.channel().publish(creative(), "key", unready)
    assert shop.box.left("POST", SHOW) == 0


def test_a_look_that_fails_after_publish_cannot_fail_it(shop: Office) -> None:
    channel, what = shop.channel(), creative()
    draft = prepared(channel, what)
    shop.box.arm(Fault.SERVER_ERROR_BEFORE, "GET", "get_item_base_info")
    receipt = channel.publish(what, "key", draft)
    assert not receipt.live
    assert channel.resume(receipt) == replace(receipt, live=True)


@pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.CUT, Fault.SERVER_ERROR_AFTER])
def test_a_lost_answer_is_a_doubt_that_reading_the_listing_ends(shop: Office, fault: Fault) -> None:
    draft = prepared(shop.channel(), creative())
    shop.box.arm(fault, "POST", SHOW)
    with pytest.raises(OutcomeUnknown):
        shop.channel(seconds=0.4).publish(creative(), "key", draft)
    shop.box.settled()
    found = shop.channel().find(creative(), "key", draft, SINCE)
    assert isinstance(found, Receipt)
    assert found.live


def test_a_show_that_was_not_carried_out_is_surely_absent(shop: Office) -> None:
    draft = prepared(shop.channel(), creative())
    shop.box.arm(Fault.SERVER_ERROR_BEFORE, "POST", SHOW)
    with pytest.raises(OutcomeUnknown):
        shop.channel().publish(creative(), "key", draft)
    assert shop.channel().find(creative(), "key", draft, SINCE) == Absent(sure=True)


def test_no_public_call_starts_after_its_time(shop: Office) -> None:
    draft = prepared(shop.channel(), creative())
    with fence(0), pytest.raises(Transient):
        shop.channel().publish(creative(), "key", draft)
    assert shop.box.left("POST", SHOW) == 0


def test_a_refused_show_of_a_hidden_listing_is_refused(shop: Office) -> None:
    draft = prepared(shop.channel(), creative())
    shop.box.arm(Fault.REFUSED, "POST", SHOW)
    with pytest.raises(Rejected, match=Fault.REFUSED.value):
        shop.channel().publish(creative(), "key", draft)


def test_a_listing_that_was_deleted_meanwhile_cannot_be_shown(shop: Office) -> None:
    channel, what = shop.channel(), creative()
    draft = prepared(channel, what)
    delete(shop, Receipt(draft.data["item"], ""))
    with pytest.raises(Rejected, match="not found"):
        channel.publish(what, "key", draft)


def test_a_listing_that_the_public_sees_already_is_put_right_by_publish_alone(shop: Office) -> None:
    published(shop, caption="Lời cũ của muối hạt.", price=12_000, pictures=1)
    channel, what = shop.channel(), creative()
    draft = prepared(channel, what)
    assert only(shop)["description"] == "Lời cũ của muối hạt."
    assert only(shop)["original_price"] == 12_000
    receipt = channel.publish(what, "key", draft)
    assert receipt.live
    assert only(shop)["description"] == WORDS
    assert only(shop)["original_price"] == 15_000
    assert len(shop.items()) == shop.box.left("POST", SHOW) == 1


@pytest.mark.parametrize("path", [UPDATE, PRICE])
def test_a_shown_listing_whose_change_did_not_arrive_is_absent(shop: Office, path: str) -> None:
    published(shop, caption="Lời cũ của muối hạt.", price=12_000)
    channel, what = shop.channel(), creative()
    draft = prepared(channel, what)
    shop.box.arm(Fault.SERVER_ERROR_BEFORE, "POST", path)
    with pytest.raises(OutcomeUnknown):
        channel.publish(what, "key", draft)
    assert channel.find(what, "key", draft, SINCE) == Absent(sure=True)
    channel.publish(what, "key", draft)
    assert isinstance(channel.find(what, "key", draft, SINCE), Receipt)


def test_a_shown_listing_whose_change_arrived_is_found(shop: Office) -> None:
    published(shop, caption="Lời cũ của muối hạt.")
    channel, what = shop.channel(), creative("Muối hạt trắng,\n\nphơi nắng  ngoài đồng.")
    draft = prepared(channel, what)
    shop.box.arm(Fault.REWRITTEN, "POST", UPDATE)
    channel.publish(what, "key", draft)
    assert only(shop)["description"] == "Muối hạt trắng, phơi nắng ngoài đồng."
    assert isinstance(channel.find(what, "key", draft, SINCE), Receipt)


# Looking


def test_without_a_draft_the_listing_is_found_by_its_code(shop: Office) -> None:
    receipt = published(shop)
    published(shop, code="BL-0861")
    assert shop.channel().find(creative(), "key", None, SINCE) == receipt


def test_a_code_that_is_not_found_is_not_surely_absent(shop: Office) -> None:
    published(shop, code="BL-0861")
    assert shop.channel().find(creative(), "key", None, SINCE) == Absent(sure=False)


def test_a_listing_that_lags_in_the_search_is_read_by_its_number(shop: Office) -> None:
    channel, what = shop.channel(), creative()
    draft = steps(channel, what, FORM)
    shop.box.arm(Fault.LAGGING, "POST", ADD)
    draft = prepared(channel, what, draft)
    channel.publish(what, "key", draft)
    assert channel.find(what, "key", None, SINCE) == Absent(sure=False)
    assert isinstance(channel.find(what, "key", draft, SINCE), Receipt)


def test_a_hidden_listing_is_surely_absent(shop: Office) -> None:
    draft = prepared(shop.channel(), creative())
    assert shop.channel().find(creative(), "key", draft, SINCE) == Absent(sure=True)
    assert shop.channel().find(creative(), "key", None, SINCE) == Absent(sure=True)


def test_a_deleted_listing_is_surely_absent(shop: Office) -> None:
    channel, what = shop.channel(), creative()
    draft = prepared(channel, what)
    delete(shop, channel.publish(what, "key", draft))
    assert channel.find(what, "key", draft, SINCE) == Absent(sure=True)


def test_looking_makes_no_write(shop: Office) -> None:
    receipt = published(shop)
    before = shop.box.left("POST")
    shop.channel().find(creative(), "key", None, SINCE)
    shop.channel().resume(receipt)
    assert shop.box.left("POST") == before


@pytest.mark.parametrize("path", ["search_item", "get_item_base_info"])
@pytest.mark.parametrize(
    "fault", [Fault.THROTTLED, Fault.EXPIRED, Fault.REFUSED, Fault.SERVER_ERROR_BEFORE, Fault.CUT]
)
def test_a_failed_look_never_says_absent(shop: Office, fault: Fault, path: str) -> None:
    published(shop)
    shop.box.arm(fault, "GET", path)
    with pytest.raises(ChannelError):
        shop.channel().find(creative(), "key", None, SINCE)


def test_an_expired_token_is_told_while_looking(shop: Office) -> None:
    receipt = published(shop)
    shop.now += timedelta(hours=4, seconds=1)
    with pytest.raises(NotAuthorized):
        shop.channel().resume(receipt)


# A shop that is looked at first


def test_a_listing_that_is_checked_first_is_not_live_until_it_is(careful_shop: Office) -> None:
    channel, what = careful_shop.channel(), creative()
    draft = prepared(channel, what)
    receipt = channel.publish(what, "key", draft)
    assert not receipt.live
    assert channel.find(what, "key", draft, SINCE) == receipt
    assert channel.resume(receipt) == receipt
    careful_shop.now += timedelta(minutes=11)
    assert channel.resume(receipt) == replace(receipt, live=True)
    assert channel.find(what, "key", draft, SINCE) == replace(receipt, live=True)


def test_a_listing_that_is_banned_is_refused_with_words(careful_shop: Office) -> None:
    channel, what = careful_shop.channel(), creative(title="Muối hạt CẤM bán")
    draft = prepared(channel, what)
    receipt = channel.publish(what, "key", draft)
    careful_shop.now += timedelta(minutes=11)
    with pytest.raises(Rejected, match="Seller Centre"):
        channel.resume(receipt)
    assert channel.find(what, "key", draft, SINCE) == receipt, "`resume` tells why"


def test_a_listing_that_somebody_hides_ends_the_wait_and_says_what_to_do(shop: Office) -> None:
    receipt = replace(published(shop), live=False)
    shop.channel().withdraw(receipt)
    with pytest.raises(Rejected, match=r"hides the listing.*show it in its Seller Centre"):
        shop.channel().resume(receipt)


def test_a_listing_that_is_deleted_ends_the_wait(shop: Office) -> None:
    receipt = replace(published(shop), live=False)
    delete(shop, receipt)
    with pytest.raises(Rejected, match="no longer"):
        shop.channel().resume(receipt)


# Later


def test_a_correction_replaces_words_pictures_and_price(shop: Office) -> None:
    receipt = published(shop)
    before = only(shop)["image"]
    what = creative("Lời mới của muối hạt.", title="Muối hạt Bạc Liêu 1 kg", price=28_000)
    assert shop.channel().correct(receipt, what) == receipt
    item = only(shop)
    assert item["description"] == "Lời mới của muối hạt."
    assert item["item_name"] == "Muối hạt Bạc Liêu 1 kg"
    assert item["original_price"] == 28_000
    assert item["image"] != before
    assert shop.notes() == [""]


def test_a_price_that_is_right_is_not_touched(shop: Office) -> None:
    shop.channel().correct(published(shop), creative("Lời mới của muối hạt."))
    assert shop.box.left("POST", PRICE) == 0


@pytest.mark.parametrize("path", [UPDATE, PRICE])
def test_a_correction_whose_answer_is_lost_can_be_made_again(shop: Office, path: str) -> None:
    receipt, what = published(shop), creative("Lời mới của muối hạt.", price=16_000)
    shop.box.arm(Fault.CUT, "POST", path)
    with pytest.raises(OutcomeUnknown):
        shop.channel().correct(receipt, what)
    shop.channel().correct(receipt, what)
    assert only(shop)["description"] == "Lời mới của muối hạt."
    assert only(shop)["original_price"] == 16_000


def test_a_listing_that_is_gone_cannot_be_corrected(shop: Office) -> None:
    receipt = published(shop)
    delete(shop, receipt)
    with pytest.raises(Rejected, match="no longer"):
        shop.channel().correct(receipt, creative())


def test_a_listing_can_be_withdrawn_twice_and_comes_back_by_publish(shop: Office) -> None:
    receipt = published(shop)
    shop.channel().withdraw(receipt)
    shop.channel().withdraw(receipt)
    assert shop.notes() == ["hidden"]
    assert published(shop) == receipt
    assert shop.notes() == [""]


def test_what_is_gone_already_is_withdrawn(shop: Office) -> None:
    receipt = published(shop)
    delete(shop, receipt)
    shop.channel().withdraw(receipt)
    shop.channel().withdraw(Receipt("1", "https://shopee.vn/product/220099887/1"))


def test_what_is_checked_or_banned_may_be_seen_again_and_so_is_not_withdrawn(
    careful_shop: Office,
) -> None:
    channel, what = careful_shop.channel(), creative(title="Muối hạt CẤM bán")
    receipt = channel.publish(what, "key", prepared(channel, what))
    with pytest.raises(Transient, match="is checking"):
        channel.withdraw(receipt)
    careful_shop.now += timedelta(minutes=11)
    with pytest.raises(Transient, match="has banned"):
        channel.withdraw(receipt)


def test_what_was_checked_is_withdrawn_when_the_check_ends(careful_shop: Office) -> None:
    receipt = published(careful_shop)
    with pytest.raises(Transient):
        careful_shop.channel().withdraw(receipt)
    careful_shop.now += timedelta(minutes=11)
    careful_shop.channel().withdraw(receipt)
    assert careful_shop.notes() == ["hidden"]


def test_a_correction_of_what_is_checked_again_is_made(careful_shop: Office) -> None:
    receipt = published(careful_shop)
    careful_shop.now += timedelta(minutes=11)
    careful_shop.channel().correct(receipt, creative("Lời mới của muối hạt.", price=16_000))
    assert only(careful_shop)["description"] == "Lời mới của muối hạt."
    assert only(careful_shop)["original_price"] == 16_000
    assert careful_shop.notes() == ["in review"]


def test_a_show_that_is_repeated_during_the_check_is_the_same_receipt(
    careful_shop: Office,
) -> None:
    channel, what = careful_shop.channel(), creative()
    draft = prepared(channel, what)
    receipt = channel.publish(what, "key", draft)
    assert channel.publish(what, "key", draft) == receipt
    assert not receipt.live


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.SERVER_ERROR_BEFORE])
def test_a_change_of_pictures_alone_is_found_only_if_it_arrived(shop: Office, fault: Fault) -> None:
    published(shop, pictures=1)
    channel, what = shop.channel(), creative(pictures=2)
    draft = prepared(channel, what)
    shop.box.arm(fault, "POST", UPDATE)
    with pytest.raises(OutcomeUnknown):
        channel.publish(what, "key", draft)
    looked = channel.find(what, "key", draft, SINCE)
    assert isinstance(looked, Receipt) is (fault is Fault.CUT)
    if fault is Fault.SERVER_ERROR_BEFORE:
        assert looked == Absent(sure=True)
        channel.publish(what, "key", draft)
        assert isinstance(channel.find(what, "key", draft, SINCE), Receipt)


def test_a_listing_under_promotion_keeps_its_price_and_stays() -> None:
    with office(promoted=["BL-086"]) as shop:
        receipt = published(shop)
        words = creative("Lời mới của muối hạt.", price=16_000)
        with pytest.raises(Transient, match="promotion"):
            shop.channel().correct(receipt, words)
        assert only(shop)["description"] == "Lời mới của muối hạt."
        assert only(shop)["original_price"] == 15_000
        with pytest.raises(Transient, match="promotion"):
            shop.channel().withdraw(receipt)
        assert shop.notes() == [""]


def test_a_shown_listing_whose_price_is_locked_is_published_only_as_a_whole() -> None:
    with office(promoted=["BL-086"]) as shop:
        published(shop)
        channel, what = shop.channel(), creative("Lời mới của muối hạt.", price=16_000)
        draft = prepared(channel, what)
        with pytest.raises(Transient, match="promotion"):
            channel.publish(what, "key", draft)
        assert only(shop)["description"] == WORDS
        assert only(shop)["original_price"] == 15_000


def test_a_shop_whose_search_refuses_what_it_does_not_find_gets_one_listing() -> None:
    with office(strict_search=True) as shop:
        assert shop.channel().find(creative(), "key", None, SINCE) == Absent(sure=False)
        receipt = published(shop)
        assert published(shop) == receipt
        assert shop.channel().find(creative(), "key", None, SINCE) == receipt
        assert len(shop.items()) == 1


def test_a_listing_that_is_hidden_after_preparing_is_shown_by_publish(shop: Office) -> None:
    receipt = published(shop)
    channel, what = shop.channel(), creative("Lời mới của muối hạt.")
    draft = prepared(channel, what)
    channel.withdraw(receipt)
    assert channel.publish(what, "key", draft).live
    assert only(shop)["description"] == "Lời mới của muối hạt."
    assert shop.notes() == [""]


@pytest.mark.parametrize(
    "url",
    [
        "https://shopee.vn/product/220099887/{}",
        "https://shopee.vn/product/220099887/{}?utm_content=x",
        "https://shopee.vn/Muối-hạt-Bạc-Liêu-500-g-i.220099887.{}",
        "https://shopee.vn/Muối-hạt-i.220099887.{}?sp_atk=1",
    ],
)
def test_an_address_that_a_person_gave_names_the_listing(shop: Office, url: str) -> None:
    address = url.format(published(shop).remote_id)
    shop.channel().withdraw(Receipt(address, address))
    assert shop.notes() == ["hidden"]


def test_an_address_that_names_no_listing_is_refused(shop: Office) -> None:
    address = "https://shopee.vn/shop/220099887"
    with pytest.raises(Rejected, match="address of a listing"):
        shop.channel().withdraw(Receipt(address, address))
    assert shop.box.left() == 0


def test_a_draft_is_plain_text(shop: Office) -> None:
    draft = prepared(shop.channel(), creative())
    assert isinstance(draft, Draft)
    assert {type(value) for value in draft.data.values()} == {str}
    assert {type(name) for name in draft.data} == {str}


def delete(shop: Office, receipt: Receipt) -> None:
    """Delete a listing as its owner would."""
    items = shop.stand._items
    second = int(shop.now.timestamp())
    record = items.get(int(receipt.remote_id), second)
    assert record
    items.hide(record, second)
    record["deleted"] = second
    items.save(receipt.remote_id, record, second, None)
