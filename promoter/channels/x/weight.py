"""The ruler of X: what a text weighs, or somewhat more, never less.

The documentation names a counting library, whose port to Python (twitter-text-parser 3.0.0) is not
used: it cannot be imported beside setuptools 82, and hangs on a long `a.a.a…`.
The tests compare with it.
"""

import re
import unicodedata

_LINK_WEIGHT = 23
_LEAST_LINK = 4
"""What the shortest link, `a.vn`, would weigh as letters."""

_HEAVY = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]|[©®]")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_KNOWN = "vn|com|net|org|info|biz|edu|gov|asia|shop|store|online|site|app|me|io|co"
_DOMAIN = rf"(?:{_LABEL}\.){{1,8}}(?:{_KNOWN})(?![0-9A-Za-z@+-])"
_REST = r"(?:(?::[0-9]{1,5})?/[A-Za-z0-9/_-]{0,2000}(?:\?[A-Za-z0-9=&_-]{1,1000})?)?"
_APART = r"(?<![^ \n\t])"
_LINK = re.compile(rf"{_APART}(?:https?://)?(?!t\.co/){_DOMAIN}{_REST}", re.IGNORECASE | re.ASCII)
_OF_MACHINE = re.compile(rf"{_APART}https?://(?:localhost|[0-9.]+)(?::[0-9]+)?{_REST}")
_PERHAPS_LINK = re.compile(r"[^ \n]\.(?:(?=[A-Za-z]{2})|(?=[^\W\d_\u0000-\u024f\u1e00-\u1eff]))")


def weight(text: str) -> int:
    """Return what a text weighs for X, or somewhat more, never less.

    A link weighs 23, a letter 1 or 2 (most Vietnamese letters with two marks weigh 2). It is
    exact for plain text and for links that stand apart under common endings. Whatever else X
    might take for a link is counted as letters and as one; an emoji of several signs as each of
    them (docs.x.com, counting characters).
    """
    rest, links = _LINK.subn("", unicodedata.normalize("NFC", text))
    local = sum(max(_LINK_WEIGHT, _letters(one)) for one in _OF_MACHINE.findall(rest))
    rest = _OF_MACHINE.sub("", rest)
    perhaps = len(_PERHAPS_LINK.findall(rest)) * (_LINK_WEIGHT - _LEAST_LINK)
    return links * _LINK_WEIGHT + local + perhaps + _letters(rest)


def _letters(text: str) -> int:
    return len(text) + len(_HEAVY.findall(text))
