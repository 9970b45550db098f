"""Draws a picture anew: the first of the file and nothing else, upright. Runs alone, see the package."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile


class No(Exception):
    """What is wrong with the picture, as a word that `models.operations.core.files` knows the sentence of."""

    def __init__(self, word: str, **params: Any) -> None:
        super().__init__(word)
        self.word, self.params = word, params


def read(content: bytes, ask: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The picture of `ask["kind"]` (JPEG, PNG, WEBP, HEIC) as `ask["written"]`, JPEG or PNG, then a small one
    as JPEG when `ask["small"]` says how many points wide or high it may be; `sizes` are those of the two.
    Raises `No`."""
    try:
        drawn = _drawn(content, ask)
        whole = _written(drawn, ask["written"], 90)
        small = b""
        if ask["small"]:
            tiny = _opaque(drawn)
            tiny.thumbnail((ask["small"], ask["small"]))
            small = _written(tiny, "JPEG", 82)
    except (No, MemoryError):
        raise
    except Exception:  # Pillow answers garbage with errors of many kinds; all of them mean: no picture
        raise No("broken") from None
    return {"sizes": [len(whole), len(small)]}, whole + small


def _opened(content: bytes, kind: str) -> Any:
    """The file behind its own reader: `Image.open` has a limit of its own, below what a telephone makes
    today."""
    readers: dict[str, Any] = {"JPEG": JpegImageFile, "PNG": PngImageFile, "WEBP": WebPImageFile}
    if kind == "HEIC":
        from pillow_heif import HeifImageFile  # large: only for the pictures that need it
        readers["HEIC"] = HeifImageFile
    return readers[kind](io.BytesIO(content))


def _drawn(content: bytes, ask: dict[str, Any]) -> Any:
    """The picture, upright; a larger one than fits in memory at a smaller scale."""
    with _opened(content, ask["kind"]) as picture:
        points = picture.width * picture.height
        scale = next((entry for entry in (1, 2, 4, 8) if points <= ask["whole_points"] * entry ** 2), 0)
        if points > ask["most_points"] or (scale != 1 and not _is_streamed(picture, content)):
            raise No("points")
        if scale > 1:
            picture.draft(None, (picture.width // scale, picture.height // scale))
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        if ask["written"] == "JPEG" and upright.mode not in {"L", "RGB"}:
            upright = _opaque(upright)
        upright.info.clear()
        return upright


def _opaque(picture: Any) -> Any:
    """The picture in three colours; what shows through is white."""
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    layered = picture.convert("RGBA")
    ground = Image.new("RGBA", layered.size, "white")
    ground.alpha_composite(layered)
    return ground.convert("RGB")


def _written(picture: Any, kind: str, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **({"quality": quality} if kind == "JPEG" else {}))
    return out.getvalue()


def _is_streamed(picture: Any, content: bytes) -> bool:
    """Whether a smaller scale costs less memory: only a JPEG whose one scan holds all colours, as cameras
    write it.

    In any other the decoder keeps the whole picture, whatever scale is asked for. The reader stands behind
    the header of the first scan: mark, length and number of colours, then two bytes each and three more.
    """
    if picture.format != "JPEG" or "progression" in picture.info:
        return False
    header = content[:picture.fp.tell()][-(2 * picture.layers + 8):]
    return header[:2] == b"\xff\xda" and header[4] == picture.layers
