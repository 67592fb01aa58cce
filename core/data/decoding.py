"""From bytes that nobody vouches for to an upright RGB picture, or one sentence on why not.

Only formats on the list are ever opened, judged by content and never by name. The size is read before anything is
decoded, truncated files are refused, and nothing but pixels leaves this module: no EXIF, no place where a photograph
was taken.
"""

import io
import stat
import struct
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from core.data.source import PictureFacts
from core.errors import PictureError

MAX_PIXELS = 25_000_000
MAX_BYTES = 256 << 20
"""More than any uncompressed picture of that many pixels takes."""
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
ORIENTATION_TAG = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
FOREIGN = {
    b"%!PS": "PostScript",
    b"\xc5\xd0\xd3\xc6": "PostScript",
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "a gzip archive",
    b"\x93NUMPY": "a NumPy array",
}

# What Pillow's decoders are known to raise on damaged files; its own errors are among OSError and SyntaxError.
DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    OverflowError,
    NotImplementedError,
    struct.error,
    zlib.error,
)

# Pillow only warns between one and two times its own limit; here a picture that large is refused like any other.
warnings.simplefilter("error", Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Decoded:
    """A picture, upright and RGB, what had to be done to it, and what it was before."""

    image: Image.Image
    notes: tuple[str, ...]
    facts: PictureFacts


def decode(given: bytes | Path | BinaryIO, name: str | None = None) -> Decoded:
    """The picture in these bytes, this file or this open file; a PictureError names it as `name`."""
    name = name or (str(given) if isinstance(given, Path) else "the picture")
    content = _content(given, name)
    try:
        with Image.open(io.BytesIO(content), formats=_formats(content, name)) as image:
            return _decoded(image, name)
    except Image.UnidentifiedImageError:
        raise PictureError(_unknown(content, name)) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError(_too_large(name)) from None
    except DAMAGE as error:
        raise PictureError(
            f"{name} is damaged and cannot be read ({_cause(error)}); save it again or leave it out."
        ) from None


def _decoded(image: Image.Image, name: str) -> Decoded:
    """An opened, not yet decoded image through all the steps."""
    if image.width * image.height > MAX_PIXELS:
        raise PictureError(_too_large(name, image.size))
    facts = PictureFacts(image.width, image.height, image.mode, image.format or "")
    notes = _frames(image)
    orientation = _orientation(image)
    image.load()
    plain, how = _rgb(image, name)
    if orientation in UPRIGHT:
        plain = plain.transpose(UPRIGHT[orientation])
    # Through an array, because Pillow's conversions carry EXIF and other metadata along.
    return Decoded(Image.fromarray(np.asarray(plain)), (*notes, *how), facts)


def _content(given: bytes | Path | BinaryIO, name: str) -> bytes:
    if isinstance(given, Path):
        return file_content(given, name)
    content = given if isinstance(given, bytes) else given.read(MAX_BYTES + 1)
    _judge_length(len(content), name)
    return content


def file_content(path: Path, name: str) -> bytes:
    """The bytes of a regular file of reasonable size: a pipe would wait for ever, a disk image fill the memory."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise PictureError(f"{name} is not a file; give a picture.")
        _judge_length(status.st_size, name)
        return path.read_bytes()
    except OSError as error:
        raise PictureError(f"{name} cannot be read ({_cause(error)}); check the path and its permissions.") from None


def _judge_length(length: int, name: str) -> None:
    if not length:
        raise PictureError(f"{name} is an empty file (0 bytes); save it again or leave it out.")
    if length > MAX_BYTES:
        raise PictureError(f"{name} is larger than {MAX_BYTES >> 20} MiB, the limit; make it smaller.")


def _formats(content: bytes, name: str) -> tuple[str, ...]:
    if content[4:8] != b"ftyp" or content[8:12] not in HEIF_BRANDS:
        return FORMATS
    try:
        import pillow_heif
    except ImportError:
        raise PictureError(
            f"{name} is a HEIC picture, which is not read here; convert to JPEG and try again."
        ) from None
    pillow_heif.register_heif_opener()
    return ("HEIF",)


def _unknown(content: bytes, name: str) -> str:
    start = content[:512].lstrip().lower()
    kind = next((kind for magic, kind in FOREIGN.items() if content.startswith(magic)), "")
    if b"<svg" in start:
        kind = "SVG"
    elif b"<html" in start or b"<!doctype html" in start:
        kind = "HTML"
    inside = f" (it holds {kind})" if kind else ""
    return f"{name} is not a JPEG, PNG, GIF, BMP, TIFF, WebP, PPM or HEIC picture{inside}; convert it to JPEG or PNG."


def _too_large(name: str, size: tuple[int, int] | None = None) -> str:
    given = f"{size[0]} x {size[1]} pixels" if size else "far more pixels"
    return f"{name} has {given}, which is over the limit of {MAX_PIXELS // 1_000_000} megapixels; make it smaller."


def _cause(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return " ".join(str(error).split())[:100] or type(error).__name__


def _frames(image: Image.Image) -> tuple[str, ...]:
    frames = getattr(image, "n_frames", 1)
    if frames < 2 or image.format == "MPO":  # an MPO is one photograph with a second view beside it
        return ()
    image.seek(0)
    return (f"only the first of {frames} frames is used",)


def _orientation(image: Image.Image) -> int:
    try:
        return image.getexif().get(ORIENTATION_TAG, 1)
    except DAMAGE:
        return 1  # damaged EXIF is no reason to refuse sound pixels


def _rgb(image: Image.Image, name: str) -> tuple[Image.Image, tuple[str, ...]]:
    """Any of Pillow's modes as RGB, and what was done where that is not plain."""
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format in ("PNG", "PPM")):
        return _grey(np.asarray(image).astype(np.float64) * (255 / 65535)), ("16 bits a pixel were rescaled to 8",)
    if image.mode in ("F", "I"):
        return _grey(_normalised(np.asarray(image).astype(np.float64), name)), ("its values were rescaled to 0..255",)
    if "A" in image.mode or "a" in image.mode or "transparency" in image.info:
        return _on_white(image), ("transparent parts became white",)
    return image.convert("RGB"), ()


def _normalised(values: np.ndarray, name: str) -> np.ndarray:
    """Numbers without a fixed range: 0..1 and 0..255 are taken as meant, any other range is stretched."""
    if not np.isfinite(values).all():
        raise PictureError(f"{name} holds values that are not numbers (NaN or infinite); save it as an 8-bit picture.")
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 1:
        return values * 255
    if low >= 0 and high <= 255:
        return values
    return (values - low) * (255 / (high - low or 1.0))


def _grey(values: np.ndarray) -> Image.Image:
    return Image.fromarray(np.rint(values).clip(0, 255).astype(np.uint8)).convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    seen = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")
