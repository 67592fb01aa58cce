"""Archives of unknown origin, unpacked without trusting anything they say about themselves.

Every entry's name and kind is judged, links and devices refuse the whole archive, and what counts against the limits
is what was actually read, not what a header claims. An archive inside the archive stays packed.
"""

import bz2
import errno
import gzip
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from core.data.building import building
from core.data.entry_names import BadName, Names, is_litter, safe_path
from core.errors import DataError, NotFound, shown

SUFFIXES = (".tar.gz", ".tar.xz", ".tar.bz2", ".tgz", ".txz", ".tbz2", ".zip", ".tar")
CHUNK = 1 << 20
LONGEST_TAR_EXTRA = 1 << 20
ENCRYPTED = 0x1
UTF8_NAME = 0x800

# What the unpackers are known to raise on damaged archives.
DAMAGE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    ValueError,
    OverflowError,
)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much may come out of one archive."""

    files: int
    total: int
    """Bytes."""
    ratio: float
    """How many times larger than the archive its content may be."""
    ratio_from: int = 10 << 20
    """Bytes below which the ratio does not matter: a handful of plain drawings packs very well."""


ON_DISK = Limits(files=2_000_000, total=50 << 30, ratio=200)
UPLOAD = Limits(files=200_000, total=2 << 30, ratio=200)


class Refused(ValueError):
    """Why an archive is not unpacked, without its name."""


def archive_stem(name: str) -> str | None:
    """The name without its ending, if that is an archive's."""
    return next((name[: -len(end)] for end in SUFFIXES if name.lower().endswith(end) and len(name) > len(end)), None)


def unpack(archive: Path, target: Path, limits: Limits = ON_DISK) -> Path:
    """The archive's content as the folder `target`, which appears whole or not at all; left alone if it stands."""
    with building(target) as draft:
        if draft is not None:
            extract(archive, draft, limits)
    return target


def extract(archive: Path, folder: Path, limits: Limits = ON_DISK) -> int:
    """Unpack into an existing empty folder; answers how many entries were litter and left out."""
    try:
        meter = Meter(limits, archive.stat().st_size)
        return _extract(archive, folder, meter)
    except FileNotFoundError:
        raise NotFound(f"There is no archive {archive}; check the path.") from None
    except (BadName, Refused) as error:
        raise DataError(
            f"The archive {archive.name} {error}; nothing of it was kept, pack the folder anew and try again."
        ) from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DataError(f"The disk is full, so {archive.name} was not unpacked; make room and try again.") from None
        raise DataError(_damaged(archive, error)) from None
    except DAMAGE as error:
        raise DataError(_damaged(archive, error)) from None


def _damaged(archive: Path, error: Exception) -> str:
    cause = " ".join(str(error).split())[:100] or type(error).__name__
    return f"The archive {archive.name} is damaged ({cause}); nothing of it was kept, fetch or pack it again."


class Meter:
    """Counts what really comes out of an archive, and stops it at the limits."""

    def __init__(self, limits: Limits, packed: int):
        self.limits, self.packed = limits, packed
        self.files = self.read = 0

    def entry(self) -> None:
        self.files += 1
        if self.files > self.limits.files:
            raise Refused(f"holds more than {self.limits.files:,} entries, the limit")

    def bytes(self, count: int) -> None:
        self.read += count
        if self.read > self.limits.total:
            raise Refused(f"unpacks to more than {self.limits.total / 2**30:g} GiB, the limit")
        if self.read > max(self.limits.ratio_from, self.limits.ratio * self.packed):
            raise Refused(f"unpacks to more than {self.limits.ratio:g} times its size, as only bombs do")


def _extract(archive: Path, folder: Path, meter: Meter) -> int:
    with archive.open("rb") as file:
        start = file.read(262)
        file.seek(0)
        if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return _unzip(file, folder, meter)
        with _plain(file, start) as plain:
            return _untar(plain, folder, meter)


def _unzip(file: BinaryIO, folder: Path, meter: Meter) -> int:
    names, wanted, litter = Names(), [], 0
    with zipfile.ZipFile(file) as opened:
        for info in opened.infolist():
            path = safe_path(_zip_name(info))
            _judge_zip_entry(info)
            meter.entry()
            if is_litter(str(path)):
                litter += not info.is_dir()
            elif not info.is_dir():
                names.take(path)
                wanted.append((info, folder / path))
        for info, target in wanted:
            try:
                with opened.open(info) as content:
                    _write(content, target, info.file_size, meter.bytes)
            except NotImplementedError:
                raise Refused(f"packs {shown(info.filename)} in a way that is not read here") from None
    return litter


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The entry's name as it was meant: some systems write UTF-8 without saying so."""
    name = info.orig_filename
    if info.flag_bits & UTF8_NAME:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _judge_zip_entry(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & ENCRYPTED:
        raise Refused("is encrypted (it wants a password)")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Refused(f"holds a link or device, {shown(info.filename)}")


class CheckedEntry(tarfile.TarInfo):
    """A tar header that is read with suspicion: tarfile itself ends quietly at a damaged one."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "CheckedEntry":
        if len(buf) != tarfile.BLOCKSIZE:
            raise Refused("ends in the middle, or is no archive at all")
        if not any(buf):
            return super().frombuf(buf, encoding, errors)  # two empty blocks are a tar's proper end
        try:
            return super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError:
            raise Refused("is damaged, or is no archive at all") from None

    def _proc_member(self, opened: tarfile.TarFile) -> Any:
        named = self.type in (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
        described = self.type in (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)
        if self.size < 0 or ((named or described) and self.size > LONGEST_TAR_EXTRA):
            raise Refused("has a header that lies about its size")
        return super()._proc_member(opened)  # type: ignore[misc]


def _untar(plain: IO[bytes], folder: Path, meter: Meter) -> int:
    names, litter = Names(), 0
    counted = cast(IO[bytes], CountedReader(plain, meter))
    with tarfile.open(fileobj=counted, mode="r|", tarinfo=CheckedEntry, encoding="utf-8", errors="replace") as opened:
        for entry in opened:
            meter.entry()
            if not (entry.isreg() or entry.isdir()) or entry.issparse():
                raise Refused(f"holds a link or device, {shown(entry.name)}")
            path = safe_path(entry.name)
            if entry.isdir():
                continue
            if is_litter(str(path)):
                litter += 1
                continue
            names.take(path)
            content = opened.extractfile(entry)
            if content is not None:
                _write(content, folder / path, entry.size)
    return litter


class CountedReader:
    """An unpacked stream that tells the meter of every byte, headers and padding included."""

    def __init__(self, plain: IO[bytes], meter: Meter):
        self._plain, self._meter = plain, meter

    def read(self, size: int = CHUNK) -> bytes:
        content = self._plain.read(size)
        self._meter.bytes(len(content))
        return content


@contextmanager
def _plain(file: BinaryIO, start: bytes) -> Iterator[IO[bytes]]:
    """The tar inside, unpacked while it is read; what is packed how is judged by content."""
    with ExitStack() as opened:
        if start.startswith(b"\x1f\x8b"):
            yield cast(IO[bytes], opened.enter_context(gzip.GzipFile(fileobj=file)))
        elif start.startswith(b"\xfd7zXZ\x00"):
            yield opened.enter_context(lzma.LZMAFile(file))
        elif start.startswith(b"BZh"):
            yield opened.enter_context(bz2.BZ2File(file))
        else:
            yield file


def _write(content: IO[bytes], target: Path, claimed: int, count: Any = None) -> None:
    """Copy one entry, exactly as long as it claims to be."""
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with target.open("xb") as out:
        while chunk := content.read(CHUNK):
            written += len(chunk)
            if count is not None:
                count(len(chunk))
            if written > claimed:
                break
            out.write(chunk)
    if written != claimed:
        raise Refused(f"lies about the size of {shown(target.name)}")
