"""Breaks Vietnamese into lines where a reader would pause.

Vietnamese writes a space between syllables, not words: a line that ends in the middle of a word
(«nước | mắm», «Bạc | Liêu») reads badly, and so does a last line of one syllable.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise

GLUE = "\u00a0"
"""Stands where a line never breaks."""

# A number with its unit («500 g», «5 sao»), with what it counts («Phường 8»), a mark with its word
_GLUED = re.compile(
    r"(?<=\d) (?=[\w°%])|(?<=\bOCOP) (?=\d)|(?<=/) |(?<=[Nn]gày) (?=\d)|(?<=[Ss]ố) (?=\d)"
    r"|(?<=[Pp]hường) (?=\d)|(?<=\w) (?=[–/](?:\s|$))"
)
_EMOJI = re.compile("[\u20e3\ufe00-\ufe0f\u200b-\u200d\u2060\ufeff\U0001f1e6-\U0001f1ff]")
_PAUSE = (",", ".", ";", ":", ")", "–", "?", "!")

WORDS = frozenset(
    """
    an toàn|ao nuôi|ba khía|bao bì|bánh bò|bánh gừng|bánh in|bánh mứt|bánh phồng|bánh tráng|bánh tét
    |bánh tằm|bánh ú|bún khô|bảo quản|bảo vệ|bọ hóc|bò hóc|bồn bồn|bổ sung|bụi đỏ|cao cấp|chà bông
    |chân thật|chân tre|chăm sóc|chất lượng|chẽm phi|chế biến|chỉ dẫn|chiếu thủy|chuối gừng
    |chuối khô
    |chả giò|chả gân|chả lụa|chả tôm|chữa bệnh|con giống|công bố|công ty|cua biển|cua gạch|cua thịt
    |cá chẽm|cá cơm|cá dứa|cá kèo|cá lóc|cá rô|cá sặc|cá thiều|cá đù|cá đồng|cánh bướm|cánh gián
    |cơ sở|cải muối|cấp đông|cần nước|củ cải|củ kiệu|du lịch|dân gian|dưa cải|dưa hấu|dưa leo
    |dưa lưới|dị ứng|dịch vụ|gia vị|gia đình|giá trị|giò thủ|giống lúa|gói chặt|gạo lứt|gạo nếp
    |gạo thơm|hành tím|hương thơm|hướng dẫn|hạ thảo|hạn dùng|hạt sen|hạt tròn|hậu vị|họa tiết
    |hộ kinh|hợp tác|hủ tiếu|khai thác|khay tre|khoai mì|khóm sấy|khô cá|khô ráo|khỏe mạnh
    |không phải|kinh doanh|kết tinh|lá chuối|lá cẩm|lúa mùa|lúa tôm|lưu niệm|lưu ý|lạp xưởng
    |lần lượt
    |lột vỏ|mai vàng|men rượu|miếng tôm|miền tây|muối hạt|muối i-ốt|muối tinh|muối tiêu|muối tôm
    |muối xổi|muối ớt|máy móc|mãng cầu|móc khóa|mật ong|mắm chua|mắm cá|mắm ruốc|mặn mà|mặn ngọt
    |mặn đậm|mực một|một bụi|một nắng|mùi thơm|nem chua|ngan dừa|nghêu tách|nguyên con|nguyên liệu
    |nguồn gốc|nguyên chất|ngâm chân|người dân|người dùng|nhuộm lá|nhà màng|nhãn cổ|nhãn xuồng
    |năn bộp|nước cốt|nước dừa|nước mắm|nước tro|nước lợ|nướng lên|nấm bào|nấu ăn|nắp đan|nếp than
    |nông nghiệp|phi lê|phơi nắng|phương nam|quai mây|quy cách|quyết định|quà tặng|quà tết|ruột hồng
    |rau cần|rau răm|rèn tay|rượu bia|rượu nếp|rượu vang|rừng ngập|ngập mặn|sa tế|sản phẩm|sản vật
    |sản xuất|sấy dẻo|sấy khô|sầu riêng|sức khỏe|sơ chế|sơ ri|thanh nhãn|thay thế|thiên nhiên
    |thanh ngọt|thu hoạch|thuốc chữa|thuốc lá|thân thiện|thơm dịu|thơm nhẹ|thơm phức|thảo mộc
    |thời gian|thủ công|thủy sản|thực phẩm|tinh chế|tinh thể|tre đan|triều châu|truyền thống
    |trà nhàu|trưng bày|trải bạt|trải nghiệm|trẻ em|trộn sẵn|trứng muối|trứng vịt|túi lọc|tôm càng
    |càng xanh|tôm chua|tôm khô|tôm rim|tôm sú|tôm thẻ|tôm tẩm|tôm đất|tươi ngon|tươi sống|tách vỏ
    |tác dụng|tài nguyên|tầm vông|tự công|tự nhiên|tự động|tổ hợp|tổ yến|vuông tôm|vườn nhãn|vị mặn
    |vị ngọt|viên nang|vùng nước|vùng đất|ven biển|xiêm chín|xuất khẩu|xá bấu|cốn xại|xíu mại
    |yến chưng|yến sào|đan tay|đan đát|đông lạnh|đông trùng|đóng chai|đóng gói|đóng hộp|đóng hũ
    |đường phèn|đạm cao|đậu mỡ|đậu phộng|đậu xanh|đặc sản|địa lý|địa phương|độ đạm|đờn ca|đờn kìm
    |đu đủ|ủ chượp|ủ men|ủ thính
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)
"""Pairs of syllables that belong together, in small letters."""

BREAKS_WORD = 9.0
BREAKS_NAME = 12.0
ALONE = 16.0
PAUSES = -2.5


def drawable(text: str) -> str:
    """Return a text in NFC, without emoji, its numbers glued to their units."""
    plain = unicodedata.normalize("NFC", text)
    kept = [sign for sign in plain if unicodedata.category(sign) != "So" or sign in "°©®™"]
    return _GLUED.sub(GLUE, " ".join(_EMOJI.sub("", "".join(kept)).split()))


@lru_cache(maxsize=4096)
def costs(text: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return the pieces between which a text may break, and what each of these breaks costs."""
    pieces = tuple(text.split(" "))
    between = pairwise(pieces)
    return pieces, tuple(_cost(one, two) for one, two in between)


def _cost(one: str, two: str) -> float:
    if one.endswith(_PAUSE):
        return PAUSES
    if two.startswith("("):
        return PAUSES / 2
    left, right = one.split(GLUE)[-1], two.split(GLUE)[0]
    pair = f"{left.strip('(«')} {right.rstrip('),.;:!?»')}"
    if pair.casefold() in WORDS:
        return BREAKS_WORD
    if right[:1].isupper():
        return BREAKS_NAME if left[:1].isupper() else PAUSES / 2
    return 0.0


def unbroken(lines: Sequence[str]) -> bool:
    """Tell whether no word or name is broken between lines."""
    ends = ((one.split(" ")[-1], two.split(" ")[0]) for one, two in pairwise(lines))
    return all(_cost(one, two) <= 0 for one, two in ends)


def wrapped(
    text: str, room: float, most: int, width: Callable[[str], float], space: float
) -> list[str] | None:
    """Break a text into as few lines as possible, at the best places.

    Args:
        text: As `drawable` gives it.
        room: Width of a line.
        most: Most lines.
        width: Measures a piece.
        space: Width of a space.

    Returns:
        The lines; None if a piece is too long or more lines were needed.
    """
    pieces, between = costs(text)
    widths = [width(piece) for piece in pieces]
    if sum(widths) + space * (len(widths) - 1) <= room:
        return [" ".join(pieces)] if most else None
    if max(widths) > room:
        return None
    for lines in range(2, most + 1):
        ends = _best(pieces, widths, between, room, space, lines)
        if ends is not None:
            starts = [0, *ends[:-1]]
            return [" ".join(pieces[a:b]) for a, b in zip(starts, ends, strict=True)]
    return None


def _best(
    pieces: Sequence[str],
    widths: Sequence[float],
    between: Sequence[float],
    room: float,
    space: float,
    lines: int,
) -> list[int] | None:
    """Return where the lines of the cheapest way to make exactly so many lines end."""
    count = len(pieces)
    before = [0.0]
    for wide in widths:
        before.append(before[-1] + wide + space)
    ways: dict[int, tuple[float, list[int]]] = {0: (0.0, [])}
    for number in range(lines):
        found: dict[int, tuple[float, list[int]]] = {}
        for start, (cost, ends) in ways.items():
            for end in range(start + 1, count + 1 - (lines - number - 1)):
                long = before[end] - before[start] - space
                if long > room:
                    break
                if (end == count) != (number == lines - 1):
                    continue
                slack = (1 - long / room) ** 2 * 22
                alone = ALONE if end - start == 1 and GLUE not in pieces[start] else 0.0
                total = cost + slack + alone + (between[end - 1] if end < count else 0.0)
                if end not in found or total < found[end][0]:
                    found[end] = (total, [*ends, end])
        ways = found
    return ways[count][1] if count in ways else None
