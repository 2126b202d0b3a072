"""An article's file: front matter that says what it is, then its stored text; both ways."""

from __future__ import annotations

import yaml

from embeddings.errors import InputError, ReadError
from embeddings.readers.formats import frontmatter
from embeddings.types import SHARED, Article

_FIELDS = ("id", "title", "source", "author", "date", "url", "language", "origin")
_RULE = "---\n"
_MEND = "mend it, or remove the article and add it again."


def render(article: Article) -> bytes:
    """Return an article as the bytes of its file.

    Raises:
        InputError: Some of it would not be read back as it is, such as half a character.
    """
    values = {name: getattr(article, name) for name in _FIELDS}
    given = {name: value for name, value in values.items() if value is not None}
    try:
        front = yaml.dump(
            given,
            Dumper=yaml.CSafeDumper,
            allow_unicode=True,
            sort_keys=False,
            width=10 * frontmatter.MAX_CHARACTERS,
        )
        data = f"{_RULE}{front}{_RULE}{article.text}".encode()
        same = parse(data, article.id, article.collection) == article
    except (UnicodeEncodeError, yaml.YAMLError, ReadError) as error:
        raise InputError(f"The article {article.id!r} cannot be stored: {error}") from None
    if not same:
        raise InputError(
            f"The article {article.id!r} cannot be stored, because its title or another field "
            "would not be read back as it is; write each on one line."
        )
    return data


def parse(data: bytes, name: str, collection: str = SHARED) -> Article:
    """Read the bytes of an article's file, strictly.

    Args:
        data: What ``render`` returned.
        name: What to call the file in an error.
        collection: The collection that it belongs to.

    Raises:
        ReadError: They are not what ``render`` returns; the sentence names the file.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ReadError(f"{name} is not in UTF-8 any more; {_MEND}") from None
    end = text.find("\n" + _RULE, len(_RULE) - 1)
    if not text.startswith(_RULE) or not 0 <= end <= frontmatter.MAX_CHARACTERS:
        raise ReadError(f"{name} has no front matter between lines --- any more; {_MEND}")
    fields = frontmatter.parse(text[len(_RULE) : end + 1], name)
    if fields.id is None or fields.title is None or fields.language is None:
        raise ReadError(f"{name} does not state its id, title and language any more; {_MEND}")
    return Article(
        id=fields.id,
        title=fields.title,
        text=text[end + 1 + len(_RULE) :],
        source=fields.source,
        author=fields.author,
        date=fields.date,
        url=fields.url,
        language=fields.language,
        collection=collection,
        origin=fields.origin,
    )


def readable(data: bytes | None, name: str) -> Article | None:
    """Read the bytes of an article's file; None when they are none, or there is no file."""
    try:
        return None if data is None else parse(data, name)
    except ReadError:
        return None
