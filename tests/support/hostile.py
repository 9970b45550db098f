"""Files that mean harm, made by hand: workbooks, lists of text, pictures."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/"


def cells(*rows: list[str], **more: str) -> str:
    """Rows of text in a sheet's XML; `more` are attributes of a row by its number, as `r3='hidden="1"'`."""
    return "".join(
        f'<row r="{number}" {more.get(f"r{number}", "")}>' + "".join(
            f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
            for place, cell in enumerate(row)) + "</row>" for number, row in enumerate(rows, 1))


def sheet(body: str, head: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData>'
        "</worksheet>"
    )


def packed(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def workbook(*sheets: str | bytes, states: tuple[str, ...] = (), targets: tuple[str, ...] = (),
             names: tuple[str, ...] = (), **parts: str | bytes) -> bytes:
    """A workbook of these sheets; `parts` lie beside, by their names with `__` for the slash."""
    count = range(len(sheets))
    names = names or tuple(f"Lembar{each + 1}" for each in count)
    places = targets or tuple(f"worksheets/sheet{each + 1}.xml" for each in count)
    listed = "".join(f'<sheet name="{names[each]}" sheetId="{each + 1}" r:id="rId{each + 1}"'
                     + (f' state="{states[each]}"' if states and states[each] else "") + "/>"
                     for each in count)
    related = "".join(f'<Relationship Id="rId{each + 1}" Type="{OFFICE}/worksheet" Target="{places[each]}"/>'
                      for each in count)
    return packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}content-types"><Default Extension="xml" '
            'ContentType="application/xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}relationships"><Relationship Id="rId1" '
            f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
                               f'<sheets>{listed}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}relationships">{related}'
                                          '</Relationships>',
            **{f"xl/{places[each]}": content for each, content in enumerate(sheets)},
            **{name.replace("__", "/").replace("_xml", ".xml"): content for name, content in parts.items()},
        }
    )


LIST = cells(["code", "name"], ["herbal", "Herbal"])
FAR = "<row {r}={q}1048576{q}><c {r}={q}XFD1048576{q} t={q}inlineStr{q}><is><t>a</t></is></c></row>"


def far(quote: str) -> str:
    """One cell at the end of the sheet: a reader of the whole reserves 549 GB and ends its process."""
    return sheet(LIST + FAR.format(r="r", q=quote))


def laughs() -> str:
    entities = "".join(f'<!ENTITY e{each} "{f"&e{each - 1};" * 10}">' for each in range(1, 10))
    return sheet(cells(["code", "name"], ["&e9;", "b"]),
                 f'<!DOCTYPE worksheet [<!ENTITY e0 "ha">{entities}]>')


def lying() -> bytes:
    """The directory of the archive says that the sheet has 10 bytes; it has 90 MB."""
    body = b"<worksheet>" + b" " * (90 * 1024 * 1024)
    real = workbook(body)
    fake = struct.pack("<I", len(body))
    return real.replace(fake, struct.pack("<I", 10))


def killing() -> dict[str, bytes]:
    """Each ends the process that reads it without a guard."""
    return {"single quotes": workbook(far("'")), "double quotes": workbook(far('"'))}


def tables() -> dict[str, bytes]:
    """Files that are brought as lists, by what is wrong with them; none may be taken."""
    good, shared = workbook(sheet(LIST)), "<si><t>" + "a" * 1000 + "</t></si>"
    return killing() | {
        "a sheet elsewhere": workbook(far("'"), targets=("../elsewhere/sheet1.xml",)),
        "a sheet at another place": workbook(far("'"), targets=("elsewhere/sheet1.xml",)),
        "no sheet at all": workbook(),
        "bomb": workbook(sheet(LIST), xl__media__bomb_xml=b"0" * (81 * 1024 * 1024)),
        "lying size": lying(),
        "nested": packed({"xl/workbook.xml": good, "xl/worksheets/sheet1.xml": good}),
        "only an archive": packed({"a.zip": good}),
        "truncated": good[:len(good) // 2],
        "laughs": workbook(laughs()),
        "sixteen bits": workbook(far("'").replace("UTF-8", "UTF-16").encode("utf-16")),
        "shared strings": workbook(sheet(LIST),
                                   xl__sharedStrings_xml=f'<sst xmlns="{MAIN}">{shared * 90_000}</sst>'),
        "another far row": workbook(sheet(LIST + '<row r="999999"><c><v>1</v></c></row>')),
        "no number": workbook(sheet(LIST + '<row r="x"><c><v>1</v></c></row>')),
        "broken": workbook(sheet(LIST)[:-30]),
        "an archive of old": b"\xd0\xcf\x11\xe0" * 99,
        "nothing": b"", "binary": bytes(range(256)) * 9, "a picture": picture("PNG"),
        "sixteen bits of text": b"\xff\xfe" + b"\x00\xd8" * 50,
    }


# ---------------------------------------------------------------- pictures

def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), colour: Any = "teal",
            **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, *more: bytes) -> bytes:
    """A PNG of one bit a point that says it is so large."""
    start = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + start + b"".join(more) + chunk(b"IDAT", zlib.compress(b"\0" * 10_000)) \
        + chunk(b"IEND", b"")


def pictures() -> dict[str, bytes]:
    """Files that are attached, by what is wrong with them; none may be kept."""
    frames = io.BytesIO()
    Image.new("P", (9, 9)).save(frames, "GIF", save_all=True, append_images=[
        Image.new("P", (9, 9), each % 200) for each in range(300)])
    deflated = zlib.compress(b"\0" * (70 * 1024 * 1024))
    jpeg = picture("JPEG", (600, 400))
    size = jpeg.index(b"\xff\xc0") + 5
    return {
        "30,000 points square": png(30_000, 30_000),
        "a side of two thousand million": png(2**31 - 1, 1),
        "text that unpacks to 70 MB": png(8, 8, chunk(b"zTXt", b"Comment\0\0" + deflated)),
        "a profile that unpacks to 70 MB": png(8, 8, chunk(b"iCCP", b"icc\0\0" + deflated)),
        "many frames": frames.getvalue(), "TIFF": picture("TIFF"), "WebP cut off": picture("WEBP")[:60],
        "BMP": picture("BMP"),
        "TIFF under another's first bytes": b"\xff\xd8\xff" + picture("TIFF"),
        "truncated JPEG": picture("JPEG", (600, 400))[:700],
        "truncated PNG": picture("PNG")[:60],
        "JPEG that says 65,500 points square": jpeg[:size] + struct.pack(">HH", 65_500,
                                                                         65_500) + jpeg[size + 4:],
        "text": b"<html><script>alert(1)</script>", "SVG": b"<svg onload='alert(1)'/>",
        "text under a picture's first bytes": b"\x89PNG\r\n\x1a\n<html>", "empty": b"",
    }
