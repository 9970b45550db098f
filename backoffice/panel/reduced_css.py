"""`python -m backoffice.panel.reduced_css`: of the vendored Tabler and Tom Select what the panel uses, as
`static/tabler.css` and `static/tom-select.css`.

A rule stays when one of its selectors names no class and no data attribute that nothing here uses. What
counts as used: every word of templates, scripts and the rooms' Python, and what begins like a word that ends
in "-" (``"btn-" ~ kind``).
Too much may stay; nothing that is used goes. `tests/panel/test_reduced_css.py` holds both.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLER = ROOT / "static" / "vendor" / "tabler" / "tabler.min.css"
TOM_SELECT = ROOT / "static" / "vendor" / "tom-select" / "tom-select.min.css"
#: The sheet that is made, what it is made of, and beginnings of classes that no page has (Tom Select's own
#: script knows how to name plugins; pages load none).
SHEETS: tuple[tuple[Path, Path, tuple[str, ...]], ...] = (
    (ROOT / "static" / "tabler.css", TABLER, ()),
    (ROOT / "static" / "tom-select.css", TOM_SELECT, ("plugin-",)))
#: Where classes of the panel's pages are written.
SOURCES = ("templates/backoffice/**/*.html", "templates/site/*.html", "static/*.js", "backoffice/**/*.py",
           "portal/web/macros.py", "static/vendor/tom-select/*.js")
WORD = re.compile(r"[A-Za-z_][\w-]*")
CLASS = re.compile(r"\.((?:[\w-]|\\.)+)")
ATTRIBUTE = re.compile(r"\[(data-[\w-]+)")
EXCLUDED = re.compile(r":not\((?:[^()]|\([^()]*\))*\)")
VARIABLE = re.compile(r"--[\w-]+")


def used_words() -> tuple[set[str], tuple[str, ...]]:
    """Every word that may be a class, and the beginnings of such that are put together."""
    words = {word for pattern in SOURCES for path in ROOT.glob(pattern) if path != Path(__file__)
             for word in WORD.findall(path.read_text(encoding="utf-8"))}
    begun = tuple(sorted(word for word in words if word.endswith("-") and len(word) > 2))
    return words, begun


def blocks(css: str) -> Iterator[tuple[str, str | None]]:
    """Head and body of each rule, and statements without a body (@charset)."""
    at = 0
    while at < len(css):
        opened, ended = css.find("{", at), css.find(";", at)
        if opened < 0:
            return
        if 0 <= ended < opened:
            yield css[at:ended + 1].strip(), None
            at = ended + 1
            continue
        depth, end = 1, opened + 1
        while depth:
            end = re.compile(r"[{}]").search(css, end).end()  # type: ignore[union-attr]
            depth += 1 if css[end - 1] == "{" else -1
        yield css[at:opened].strip(), css[opened + 1:end - 1]
        at = end


def selectors(head: str) -> list[str]:
    """The selectors of a rule; commas in brackets part nothing."""
    result, depth = [""], 0
    for sign in head:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and not depth:
            result.append("")
        else:
            result[-1] += sign
    return result


def classes(selector: str) -> set[str]:
    """The classes that a selector asks for, those that it excludes left out."""
    return {name.replace("\\", "") for name in CLASS.findall(EXCLUDED.sub("", selector))}


def attributes(selector: str) -> set[str]:
    """The data attributes that a selector asks for."""
    return set(ATTRIBUTE.findall(EXCLUDED.sub("", selector)))


def is_used(selector: str, words: set[str], begun: tuple[str, ...]) -> bool:
    return attributes(selector) <= words and all(name in words or name.startswith(begun)
                                                 for name in classes(selector))


def pruned(css: str, words: set[str], begun: tuple[str, ...]) -> str:
    """The rules that stay, in their order."""
    result = []
    for head, body in blocks(css):
        if body is None:
            result.append(head)
        elif head.startswith(("@media", "@supports", "@layer", "@container")):
            if inner := pruned(body, words, begun):
                result.append(f"{head}{{{inner}}}")
        elif head.startswith("@"):
            result.append(f"{head}{{{body}}}")
        elif kept := [each for each in selectors(head) if is_used(each, words, begun)]:
            result.append(f"{','.join(kept)}{{{body}}}")
    return "".join(result)


def without_idle_names(css: str, styles: Iterable[str]) -> str:
    """The sheet without variables that nothing reads and animations that nothing names, again and again until
    none is left."""
    others = "".join(styles)
    while (shorter := _shorter(css, others)) != css:
        css = shorter
    return css


def _shorter(css: str, others: str) -> str:
    read = set(re.findall(r"var\((--[\w-]+)", css + others)) | set(VARIABLE.findall(others))
    css = re.sub(r"(?<=[{;])(--[\w-]+):((?:[^;{}\"']|\"[^\"]*\"|'[^']*')*)(;|(?=}))",
                 lambda found: found[0] if found[1] in read else "", css)
    moved = " ".join(re.findall(r"animation(?:-name)?:([^;}]+)", css + others))
    css = re.sub(r"@(?:-webkit-)?keyframes ([\w-]+)\{(?:[^{}]*\{[^{}]*\})*\}",
                 lambda found: found[0] if found[1] in moved else "", css)
    return re.sub(r"(?<=[}])[^{}@;]+\{\}", "", css)


def reduced(vendored: Path = TABLER, idle: tuple[str, ...] = ()) -> str:
    """What stays of a vendored sheet; `idle` are beginnings of classes that count as unused in any case."""
    words, begun = used_words()
    begun = tuple(word for word in begun if word not in idle)
    head = vendored.read_text(encoding="utf-8")
    notice = re.match(r"(?:@charset [^;]+;)?\s*(/\*!.*?\*/)", head, re.DOTALL)
    plain = re.sub(r"/\*.*?\*/", "", head, flags=re.DOTALL)
    styles = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "static").glob("*.css"))
              if path not in {made for made, _of, _idle in SHEETS}]
    others = [of.read_text(encoding="utf-8") for _made, of, _idle in SHEETS if of not in (vendored, TABLER)]
    sheet = without_idle_names(pruned(plain, words, begun), [*styles, *others])
    return f"{notice[1] if notice else ''}\n{sheet}\n".lstrip()


def main() -> None:
    for made, vendored, idle in SHEETS:
        made.write_text(reduced(vendored, idle), encoding="utf-8")
        sys.stdout.write(f"{made.relative_to(ROOT)}: {made.stat().st_size} of {vendored.stat().st_size}\n")


if __name__ == "__main__":
    main()
