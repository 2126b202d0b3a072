"""ZIP archives, opened with suspicion: how much they hold is bounded, whatever they claim."""

from __future__ import annotations

import io
import zipfile
import zlib

from embeddings.errors import ReadError

MAX_MEMBERS = 5000
"""The most files of one archive."""

MAX_UNPACKED = 100_000_000
"""The most bytes that the files of one archive may unpack to: 100 MB."""

MAX_RATIO = 200
"""How many times its packed size a file of some size may unpack to; text packs to a tenth."""

_SMALL = 1_000_000
_ENCRYPTED = 0x1


def opened(data: bytes, name: str) -> zipfile.ZipFile:
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
    if sum(info.file_size for info in infos) > MAX_UNPACKED or any(map(_is_bomb, infos)):
        raise ReadError(
            f"{name} unpacks to far more than it holds, more than {MAX_UNPACKED // 1_000_000} MB "
            "in all or in a suspicious ratio; nothing of it is read."
        )
    return archive


def _is_bomb(info: zipfile.ZipInfo) -> bool:
    return info.file_size > _SMALL and info.file_size > MAX_RATIO * max(1, info.compress_size)


def unpacked(
    archive: zipfile.ZipFile, member: str | zipfile.ZipInfo, name: str, most: int
) -> bytes:
    """Unpack one file of an archive.

    Args:
        archive: What ``opened`` returned.
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
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as error:
        kind = type(error).__name__
        raise ReadError(f"{name} is damaged and cannot be read ({kind}); save it again.") from None
    if len(data) > most:
        raise ReadError(f"{name} is larger than {most // 1_000_000} MB, the most that is read.")
    return data
