"""ZIP archives, opened with suspicion: how much they hold is bounded, whatever they claim."""

import io
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial

from embeddings.errors import ReadError

MAX_MEMBERS = 5000
"""The most files of one archive."""
MAX_UNPACKED = 100_000_000
"""The most bytes that the files of one archive may unpack to: 100 MB."""
MAX_RATIO = 200
"""How many times its packed size a file of some size may unpack to; text packs to a tenth."""
_SMALL = 1_000_000
_ENCRYPTED = 0x1
_UTF_8 = 0x800
_ARCHIVES = (".zip", ".gz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".tgz")


def open_archive(data: bytes, name: str) -> zipfile.ZipFile:
    """Open an archive, once its list of files is sound.

    Args:
        data: Its bytes.
        name: What to call it in an error.

    Raises:
        ReadError: It is no archive, holds too much, or is locked with a password.
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
    is_bomb = any(each.file_size > MAX_RATIO * max(1, each.compress_size) for each in large)
    if is_bomb or sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise ReadError(
            f"{name} unpacks to far more than it holds, more than {MAX_UNPACKED // 1_000_000} MB "
            "in all or in a suspicious ratio; nothing of it is read."
        )
    return archive


def unpack(archive: zipfile.ZipFile, member: str | zipfile.ZipInfo, name: str, most: int) -> bytes:
    """Unpack one file of an archive.

    Args:
        archive: What ``open_archive`` returned.
        member: Which file.
        name: What to call it in an error.
        most: The most bytes that it may unpack to.

    Raises:
        ReadError: It is not there, is damaged or too large.
    """
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
    """Yield the files of an archive, by their names.

    Args:
        data: The archive's bytes.
        name: What to call it in an error.
        most: The most bytes that one file may unpack to.

    Yields:
        A file's place, and what unpacks it; or why it is not read.

    Raises:
        ReadError: It is no sound archive.
    """
    archive = open_archive(data, name)
    for info in sorted(archive.infolist(), key=lambda info: info.filename):
        place = f"{name}/{_name(info)}"
        if info.is_dir() or _is_hidden(_name(info)):
            continue
        problem = _problem(info)
        if problem:
            yield place, ReadError(f"{place} {problem}; it is not read.")
        else:
            yield place, partial(unpack, archive, info, place, most)


def is_document(data: bytes) -> bool:
    """Say whether a ZIP archive is a document of a word processor, by its parts."""
    try:
        names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return True  # whose reader says that it is damaged
    return not names.isdisjoint(("[Content_Types].xml", "_rels/.rels", "content.xml"))


def _name(info: zipfile.ZipInfo) -> str:
    """Return a file's name; macOS writes UTF-8 without saying so, its accents apart."""
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
    """Say what is wrong with a file of an archive, if anything is."""
    parts = info.filename.replace("\\", "/").split("/")
    if ".." in parts or not parts[0] or ":" in parts[0]:
        return "leads out of its archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link, not a file"
    if info.filename.lower().endswith(_ARCHIVES):
        return "is an archive in an archive"
    return ""


def gunzip(data: bytes, name: str, most: int) -> bytes:
    """Return what gzip compressed; raises ReadError when it is damaged, or over ``most`` bytes."""
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        whole = unpack.decompress(data, most + 1)
    except zlib.error:
        raise ReadError(f"{name} is damaged and cannot be read (gzip); save it again.") from None
    if len(whole) > most:
        raise ReadError(f"{name} is larger than {most // 1_000_000} MB, the most that is read.")
    return whole
