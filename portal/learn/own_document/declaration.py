"""The Python declaration that would make a learner's type one of the house's own: what the README's section
"Add a document type" asks for."""

from __future__ import annotations

from portal.learn.own_document.definition import Kind, OwnField, OwnStep, OwnType

#: What stands behind `Mapped[…]` for a kind, and where that word comes from.
_PYTHON = {Kind.TEXT: ("Name", "models.base"), Kind.LONG_TEXT: ("Text", "models.base"),
           Kind.WHOLE_NUMBER: ("int", ""), Kind.QUANTITY: ("Quantity", "models.base"),
           Kind.MONEY: ("Money", "models.base"), Kind.DAY: ("date", ""), Kind.YES_NO: ("bool", "")}
#: Where the classes of references are declared.
_CLASSES = {Kind.ITEM: ("Item", "models.items"), Kind.WORK_UNIT: ("WorkUnit", "models.organisation"),
            Kind.EMPLOYEE: ("Employee", "models.organisation"), Kind.ROOM: ("Room", "models.places"),
            Kind.ASSET: ("Asset", "models.asset_register"), Kind.SUPPLIER: ("Supplier", "models.items")}


def model_file(own: OwnType) -> str:
    """The text of ``models/<name>.py``."""
    name = _class(own.name)
    blocks = [f'"""The {own.name.replace("_", " ")} ({own.prefix})."""\n\n'
              "from __future__ import annotations\n\n" + _imports(own),
              _enum(f"{name}State", own.states) + f"\n\n\nS = {name}State"]
    blocks += [_enum(_class(field.name), field.choices) for field in own.fields if field.kind == Kind.CHOICE]
    blocks.append("\n".join([
        f"class {name}(Document, db.Model):", f'    __tablename__ = "{own.name}"',
        f'    prefix, dated = "{own.prefix}", "made_on"',
        "    area, posts = Area.ADMINISTRATION, Posts.NOTHING", *_workflow(own), "",
        "    id: Mapped[Id]", "    created_by_id: Mapped[int] = author()",
        "    made_on: Mapped[date] = mapped_column(default=clock.today)", *map(_column, own.fields),
        f"    state: Mapped[{name}State] = state_column(S.{own.initial.upper()})", *_relationships(own)]))
    return "\n\n\n".join(blocks) + "\n"


def rights_row(own: OwnType) -> str:
    """Its row of `models.rights.RIGHTS`."""
    readers = ", ".join(f"R.{role.upper()}" for role in sorted(own.readers))
    authors = _tuple([f"R.{role.upper()}" for role in own.authors])
    return f'    "{own.name}": _document(\n        ({readers}),\n        {authors}),\n'


def specification(own: OwnType) -> str:
    """Its rows of `tests/data/workflows.csv`."""
    return "".join(",".join((own.name, step.name, " ".join(step.sources), step.target, " ".join(step.roles),
                             "; ".join(_conditions_in_words(step)),
                             "number assigned" if step.numbers else "")) + "\n" for step in own.steps)


def _conditions_in_words(step: OwnStep) -> list[str]:
    said = (("not own", step.not_own), ("own document", step.own_document), ("reason", step.needs_reason))
    return [text for text, holds in said if holds]


def _class(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _enum(name: str, values: tuple[str, ...]) -> str:
    return "\n".join([f"class {name}(StrEnum):", *(f'    {value.upper()} = "{value}"' for value in values)])


def _imports(own: OwnType) -> str:
    base = {"Id", "db"} | {_PYTHON[field.kind][0] for field in own.fields
                           if _PYTHON.get(field.kind, ("", ""))[1]}
    modules: dict[str, set[str]] = {"models.base": base, "models.roles": {"Role"},
                                    "models.documents": {"Area", "Document", "Posts", "author",
                                                         "state_column"},
                                    "models.workflow": {"Transition", "Workflow"}}
    modules["models.workflow"] |= {name for name in ("not_own", "own_document")
                                   if any(getattr(step, name) for step in own.steps)}
    references = [field for field in own.fields if field.kind.target]
    if references:
        base.add("reference")
    for field in references:
        word, module = _CLASSES[field.kind]
        modules.setdefault(module, set()).add(word)
    ours = "\n".join(_import(module, names) for module, names in sorted(modules.items()))
    orm = "Mapped, mapped_column" + (", relationship" if references else "")
    return (f"from datetime import date\nfrom enum import StrEnum\n\nfrom sqlalchemy.orm import {orm}\n\n"
            f"from models import clock\n{ours}")


def _import(module: str, names: set[str]) -> str:
    """Constants, classes, functions: each in order, as `ruff` sorts them."""
    ordered = sorted(names, key=lambda name: (name[0].islower(), name))
    return f"from {module} import {', '.join(ordered)}"


def _workflow(own: OwnType) -> list[str]:
    rows = [_transition(step) for step in own.steps]
    return ["    workflow = Workflow(", f"        S.{own.initial.upper()},",
            *(f"        {row}," for row in rows[:-1]), f"        {rows[-1]})"]


def _transition(step: OwnStep) -> str:
    conditions = [name for name in ("not_own", "own_document") if getattr(step, name)]
    parts = [f'"{step.name}"', _tuple([f"S.{source.upper()}" for source in step.sources]),
             f"S.{step.target.upper()}", _one_or_tuple([f"Role.{role.upper()}" for role in step.roles])]
    parts += [f"when={_one_or_tuple(conditions)}"] if conditions else []
    parts += [f"{name}=True" for name in ("needs_reason", "numbers") if getattr(step, name)]
    line = f"Transition({', '.join(parts)})"
    if len(line) > 95:
        line = f"Transition({', '.join(parts[:3])},\n                   {', '.join(parts[3:])})"
    return line


def _tuple(names: list[str]) -> str:
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


def _one_or_tuple(names: list[str]) -> str:
    return names[0] if len(names) == 1 else _tuple(names)


def _column(field: OwnField) -> str:
    empty = "" if field.is_required else " | None"
    if field.kind.target:
        return f'    {field.name}_id: Mapped[int{empty}] = reference("{field.kind.target}")'
    if field.kind == Kind.YES_NO:
        return f"    {field.name}: Mapped[bool] = mapped_column(default=False)"
    kind = _class(field.name) if field.kind == Kind.CHOICE else _PYTHON[field.kind][0]
    return f"    {field.name}: Mapped[{kind}{empty}]"


def _relationships(own: OwnType) -> list[str]:
    rows = [f"    {field.name}: Mapped[{_CLASSES[field.kind][0]}{'' if field.is_required else ' | None'}] = "
            f"relationship(foreign_keys=[{field.name}_id])" for field in own.fields if field.kind.target]
    return ["", *rows] if rows else []
