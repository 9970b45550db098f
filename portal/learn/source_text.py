"""Source text with the colours of its grammar, as spans with Pygments' short class names."""

from __future__ import annotations

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


def highlighted(text: str, grammar: str) -> Markup:
    """`text` for a page; `grammar` is a name that Pygments knows ("py", "sql", "html+jinja"), else plain."""
    try:
        lexer = get_lexer_by_name(grammar, stripnl=False) if len(text) < LONGEST else TextLexer()
    except ClassNotFound:
        lexer = TextLexer()
    return Markup(highlight(text, lexer, _formatter))  # noqa: S704 (the formatter escapes)


@bp.app_context_processor
def _given() -> dict[str, object]:
    return {"highlighted": highlighted}
