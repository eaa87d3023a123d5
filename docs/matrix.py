"""Writes the matrix of channels into the README from their modules: `make matrix`."""

from pathlib import Path
from types import ModuleType
from typing import get_type_hints

from promoter.app import channel_module, channels
from promoter.core.channel import Limits

README = Path(__file__).parent.parent / "README.md"
START, END = "<!-- channels -->\n", "<!-- /channels -->\n"
VERBS = (
    "prepare",
    "publish",
    "find",
    "resume",
    "metrics",
    "correct",
    "withdraw",
    "comment",
    "refresh",
)
HEAD = (
    "| channel | shows | text | hashtags | picture | posts a day | if it was never seen | verbs |\n"
    "|---|---|---|---|---|---|---|---|\n"
)


def matrix() -> str:
    """Return one line for each channel, in order of name."""
    return HEAD + "".join(_line(name, channel_module(name)) for name in sorted(channels()))


def written(text: str) -> str:
    """Return a README with the matrix of today in it."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}{matrix()}{END}{after}"


def _line(name: str, module: ModuleType) -> str:
    limits: Limits = module.LIMITS
    made = get_type_hints(module.connect)["return"]
    cells = (
        f"`{name}`",
        ", ".join(f"{place} {form.width}×{form.height}" for place, form in limits.formats.items()),
        f"{limits.caption:,}",
        str(limits.hashtags or "none"),
        f"{limits.media_bytes / 1_000_000:g} MB",
        str(limits.posts_per_day),
        "sent again" if limits.resend_after_absent else "held for a person",
        ", ".join(verb for verb in VERBS if callable(getattr(made, verb, None))),
    )
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
