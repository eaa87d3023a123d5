"""How X reads a text: what it weighs, which links are in it, and how they are wrapped.

The rules are those of its counting library, version 3, with two differences: any host after
http:// is a link, so that addresses of this machine are, too; and only common endings make one of
a bare domain.
"""

import re
import unicodedata
from collections.abc import Callable
from html import escape
from typing import Any

MOST = 280
"""What a text may weigh."""

_LINK_WEIGHT = 23
_DISPLAYED = 26
_ENDINGS = (  # those of countries, then the common ones of all kinds
    "ac ad ae af ag ai al am an ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br"
    " bs bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec"
    " ee eg er es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy"
    " hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz"
    " la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx"
    " my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re"
    " ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj"
    " tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
    " com org net edu gov int mil info biz name pro aero coop museum mobi asia travel tel jobs cat"
    " post app dev shop store online site website xyz club top vip blog news media live link"
    " click page world life today space fun icu work tech cloud art design studio agency company"
    " group center email social network digital marketing coffee cafe food restaurant farm"
    " market markets sale deals gift gifts green eco bio garden love one win ooo fit bid buzz"
    " express delivery city town land house family kids game games music video photo pics"
    " solutions services systems support help tools software academy school education"
    " health care clinic beauty fashion style boutique tours holiday vacations hotel flights"
    " finance money fund capital bank pay insure guru ninja rocks cool zone plus ltd inc llc"
)
_LETTER = "A-Za-z0-9À-ÖØ-öø-ɏḀ-ỿ"
_PATH_LETTER = rf"[{_LETTER}!*';:=+,.$/%#\[\]\-_~@|&]"
_IN_BRACKETS = rf"\({_PATH_LETTER}+\)"
_PATH = rf"(?:/(?:(?:{_PATH_LETTER}|{_IN_BRACKETS})*(?:[{_LETTER}=_#/+\-]|{_IN_BRACKETS}))?)?"
_QUERY = r"(?:\?[A-Za-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[A-Za-z0-9\-_&=#/])?"
_BARE = rf"(?<![-_./])(?:[{_LETTER}-]+\.)+(?:{_ENDINGS.replace(' ', '|')})(?![0-9A-Za-z@+-])"
_WITH_SCHEME = rf"https?://[{_LETTER}_.-]*[{_LETTER}]"
_LINK = re.compile(
    rf"(?<![A-Za-z0-9@＠$#＃])(?:{_WITH_SCHEME}|{_BARE})(?::[0-9]+)?{_PATH}{_QUERY}",
    re.IGNORECASE,
)
_ONE_EMOJI = (
    "[\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d"
    "\u3297\u3299\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*"
)
_EMOJI = re.compile(
    f"[0-9#*]\ufe0f?\u20e3|[©®]\ufe0f|[\U0001f1e6-\U0001f1ff]{{2}}"
    f"|{_ONE_EMOJI}(?:\u200d{_ONE_EMOJI})*"
)
_LIGHT = re.compile("[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_CASHTAG = re.compile(r"(?<![\w$])\$[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?(?!\w)")
_FORBIDDEN = re.compile("[\ufffe\ufeff\uffff]")


def normal(text: str) -> str:
    """Return a text as X keeps it: composed letters, no white space around."""
    return unicodedata.normalize("NFC", text).strip()


def weight(text: str) -> int:
    """Return what a text weighs: a letter 1 or 2, an emoji 2, a link 23."""
    links, rest = 0, []
    end = 0
    for link in _LINK.finditer(normal(text)):
        rest.append(link.string[end : link.start()])
        links, end = links + 1, link.end()
    rest.append(normal(text)[end:])
    return links * _LINK_WEIGHT + sum(_unlinked(part) for part in rest)


def _unlinked(part: str) -> int:
    bare, emoji = _EMOJI.subn("", part)
    light = len(_LIGHT.findall(bare))
    return 2 * emoji + light + 2 * (len(bare) - light)


def fault(text: str) -> str | None:
    """Return why a text cannot be posted, or None."""
    if weight(text) > MOST:
        return (
            "Your Tweet text is too long. For more information on how text length is determined"
            " see https://docs.x.com/fundamentals/counting-characters."
        )
    if _FORBIDDEN.search(text):
        return "Your Tweet text contains invalid characters."
    if len(_CASHTAG.findall(text)) > 1:
        return "Your Tweet may contain only one cashtag."
    return None


def same(text: str, other: str) -> bool:
    """Tell whether two texts are duplicates; white space makes no difference."""
    return text.split() == other.split()


def wrapped(
    text: str, short: Callable[[], str], *, suffix: str = ""
) -> tuple[str, list[dict[str, Any]]]:
    """Return a text as X shows it to programs, and the links in it.

    Its links are wrapped; &, < and > are escaped as in HTML, which is how the server answers.

    Args:
        short: Returns the next address to wrap a link in.
        suffix: What X adds to the address of a link; nothing, or parameters without ? and &.
    """
    shown, links, end = "", [], 0
    for link in _LINK.finditer(text):
        shown += escape(text[end : link.start()], quote=False)
        end = link.end()
        url, full = short(), _with_scheme(link.group())
        links.append(
            {
                "start": len(shown),
                "end": len(shown) + len(url),
                "url": url,
                "expanded_url": _extended(full, suffix),
                "display_url": _displayed(full),
            }
        )
        shown += url
    return shown + escape(text[end:], quote=False), links


def _with_scheme(link: str) -> str:
    return link if re.match("https?://", link, re.IGNORECASE) else f"http://{link}"


def _extended(link: str, suffix: str) -> str:
    return f"{link}{'&' if '?' in link else '?'}{suffix}" if suffix else link


def _displayed(link: str) -> str:
    short = re.sub(r"https?://(?:www\.)?", "", link, count=1, flags=re.IGNORECASE)
    return short if len(short) <= _DISPLAYED else f"{short[:_DISPLAYED]}…"
