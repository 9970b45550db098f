"""What a browser sends with a form: parts of an upload that have no name belong to no field and are left
out."""

from __future__ import annotations

from typing import Any

from flask import Request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.formparser import FormDataParser


def _named(parts: Any) -> Any:
    return type(parts)((name, value) for name, value in parts.items(multi=True) if name is not None)


class NamedParts(FormDataParser):
    def parse(self, *args: Any, **options: Any) -> tuple[Any, MultiDict[str, str],
                                                         MultiDict[str, FileStorage]]:
        stream, form, files = super().parse(*args, **options)
        for file in files.getlist(None):
            file.close()
        return stream, _named(form), _named(files)


class NamedRequest(Request):
    """Code that reads names of fields need not ask whether they are there."""

    form_data_parser_class = NamedParts
