"""Source text with the colours of its grammar, as spans with Pygments' short class names."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound

from portal.learn.pages import bp

_formatter: HtmlFormatter[str] = HtmlFormatter(nowrap=True)
#: Longer texts stay plain: colouring takes time.
LONGEST = 120_000
#: Shorter ones, such as the statements of pages, are remembered: they hold no values, and come again.
SHORT = 4_000


def highlighted(text: str, grammar: str) -> Markup:
    """`text` for a page; `grammar` is a name that Pygments knows ("py", "sql", "html+jinja"), else plain."""
    return _kept(text, grammar) if len(text) < SHORT else _coloured(text, grammar)


def _coloured(text: str, grammar: str) -> Markup:
    try:
        lexer = get_lexer_by_name(grammar, stripnl=False) if len(text) < LONGEST else TextLexer()
    except ClassNotFound:
        lexer = TextLexer()
    return Markup(highlight(text, lexer, _formatter))  # noqa: S704 (the formatter escapes)


_kept = lru_cache(1024)(_coloured)


@bp.app_context_processor
def _given() -> dict[str, object]:
    return {"highlighted": highlighted}
