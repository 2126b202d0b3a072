"""Opens ZIP and gzip files that may be hostile; limits their size, whatever they claim."""

import gzip
import io
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial

from embeddings.errors import ReadError

MAX_MEMBERS = 5000
"""The most files in an archive."""
MAX_UNPACKED = 100_000_000
"""The most bytes that all files of an archive unpack to: 100 MB."""
MAX_RATIO = 200
"""The highest compression ratio of a file above 1 MB; that of text is about 10."""
_SMALL = 1_000_000
_ENCRYPTED = 0x1
_UTF_8 = 0x800
_ARCHIVES = (".zip", ".gz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".tgz")


def open_archive(data: bytes, name: str) -> zipfile.ZipFile:
    """Open an archive and check its list of files.

    Raises:
        ReadError: It is no archive, too large unpacked, or locked with a password.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise ReadError(
            f"{name} is damaged and cannot be opened ({error}); save it again."
        ) from None
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise ReadError(f"{name} holds more than {MAX_MEMBERS} files; cut it into several.")
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise ReadError(f"{name} is locked with a password; save it without one.")
    large = [info for info in infos if info.file_size > _SMALL]
    is_bomb = any(info.file_size > MAX_RATIO * max(1, info.compress_size) for info in large)
    if is_bomb or sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise ReadError(
            f"{name} unpacks to far more than it holds, more than {MAX_UNPACKED // 1_000_000} MB "
            "in all or in a suspicious ratio; nothing of it is read."
        )
    return archive


def unpack(archive: zipfile.ZipFile, member: str | zipfile.ZipInfo, name: str, most: int) -> bytes:
    """Unpack one file of an archive; raises ReadError if it is missing, damaged or too large."""
    try:
        with archive.open(member) as file:
            data = file.read(most + 1)
    except KeyError:
        raise ReadError(f"{name} lacks a part and cannot be read; save it again.") from None
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError):
        raise ReadError(f"{name} is damaged and cannot be read; save it again.") from None
    if len(data) > most:
        raise ReadError(f"{name} is larger than {most // 1_000_000} MB, the most that is read.")
    return data


def members(
    data: bytes, name: str, most: int
) -> Iterator[tuple[str, Callable[[], bytes] | ReadError]]:
    """Yield the path of each visible file of an archive, and a function to unpack it or an error.

    Raises:
        ReadError: ``open_archive`` refuses the archive.
    """
    archive = open_archive(data, name)
    for info in sorted(archive.infolist(), key=lambda info: info.filename):
        path = f"{name}/{_name(info)}"
        if info.is_dir() or _is_hidden(_name(info)):
            continue
        if problem := _problem(info):
            yield path, ReadError(f"{path} {problem}; it is not read.")
        else:
            yield path, partial(unpack, archive, info, path, most)


def is_document(data: bytes) -> bool:
    """Say whether a ZIP archive is a word processor's document, by the names of its files."""
    try:
        names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return True  # the document's reader reports the damage
    return not names.isdisjoint(("[Content_Types].xml", "_rels/.rels", "content.xml"))


def _name(info: zipfile.ZipInfo) -> str:
    """Return a file's name in NFC; macOS writes NFD in UTF-8 without the flag for it."""
    name = info.filename
    if not info.flag_bits & _UTF_8:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.filename
    return unicodedata.normalize("NFC", name)


def _is_hidden(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return any(part.startswith((".", "__MACOSX")) for part in parts if part != "..")


def _problem(info: zipfile.ZipInfo) -> str:
    """Return why a file must not be unpacked, as the rest of a sentence; empty if it may be."""
    parts = info.filename.replace("\\", "/").split("/")
    if ".." in parts or not parts[0] or ":" in parts[0]:
        return "leads out of its archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link, not a file"
    if info.filename.lower().endswith(_ARCHIVES):
        return "is an archive in an archive"
    return ""


def gunzip(data: bytes, name: str, most: int) -> bytes:
    """Decompress gzip; raises ReadError if it is damaged, or larger than ``most`` bytes."""
    try:
        unpacked = gzip.GzipFile(fileobj=io.BytesIO(data)).read(most + 1)
    except (OSError, EOFError, zlib.error):
        raise ReadError(f"{name} is damaged and cannot be read (gzip); save it again.") from None
    if len(unpacked) > most:
        raise ReadError(f"{name} is larger than {most // 1_000_000} MB, the most that is read.")
    return unpacked
