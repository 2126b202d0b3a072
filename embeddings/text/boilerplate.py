"""Recognises boilerplate, which is never quoted: addresses, headings, notices, links; pure."""

import re

from embeddings.text import analysis

LONG_CHARACTERS = 80
"""Characters from which a text is a paragraph even without a final period, as many a lede is."""
LONG_WORDS = 12
"""Words from which it is one, likewise."""
_SENTENCE_END = re.compile(
    r"[.!?…。！？؟।][\s\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff\"“”’'»)\]}*_]*(?:[\[(][^\[\]()]{1,30}[\])][.\s]*)?$"
)
_CJK = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]")
_LETTERS = re.compile(rf"[^\W\d_]{{2}}|{_CJK.pattern}")
_WORDS = re.compile(r"[^\W_]+")
_MARKUP = re.compile(r"(?is)<!--.*-->|!\[[^\[\]]*\]\([^()]*\)|</?[a-z][^<>]*>")
"""A comment, a picture or a tag in Markdown, of which no reader sees the words."""
_QUOTATION = re.compile(r"[«“\"]([^«»“”\"]{8,})[»”\"]")
_HEADING = re.compile(r"#{1,6}[ \t]+\S")
_TURN = re.compile(r"(?:Q|R|A|Question|Réponse|Answer)\s*[:.–—-]\s*(?=\S)")
_DASH_TURN = re.compile(r"[–—]\s+(?=\S+\s+\S)")

_CONTACT = re.compile(
    r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # an e-mail address
    r"|(?:https?://|www\.)\S+"  # an address on the web
    r"|\(?\+?\d[\d\s().-]{7,}\d"  # a telephone number
    r"|\b(?:t[ée]l(?:[ée]phone)?|phone|fax|mobile|e-?mail|m[ée]l|courriel|contact|site|web)\b",
    re.IGNORECASE,
)
_STREET = re.compile(analysis.any_of("address"))
_STREET_WORDS = analysis.word_set(*analysis.LISTS["pages"]["street"])
_NOTICE = re.compile(rf"(?:{analysis.any_of('notice')})", re.IGNORECASE)
_GOES_ON = re.compile(
    r"(?<=\w)(?:,(?! (?:abonne|comment|follow|inscri|lik|partage|share|subscribe|suive))"
    rf"| (?!(?:{analysis.any_of('goes on')})\b|l['’])[a-zà-ÿ])"
)
"""Text that continues a notice's words as a sentence: "Voir aussi loin …", "Like us, …"."""
_RIGHTS = re.compile(r"tous droits réservés|all rights reserved|©\s*\d{4}", re.IGNORECASE)
_LONGEST_NOTICE, _LONGEST_IMPRINT = 200, 160
_IMPRINT = re.compile(analysis.any_of("imprint"), re.IGNORECASE)
_ENTRY = re.compile(r"[^\n:]{2,60}\s?:\s(?:[^\n\d]{0,40}\d|[^\n;]{2,60}\s;\s)")
_MONTH = r"(?:jan|f[ée]v|feb|ma[riy]|a[vp]r|ju[iln]|ao[uû]|aug|sep|oct|nov|d[ée]c)[^\W\d_]{0,7}\.?"
_DATED_ENTRY = re.compile(
    rf"(?:{_MONTH}\s\d{{1,2}}|\d{{1,2}}(?:er)?\s{_MONTH})\s(?:--?|[–—:])\s\S.{{9}}", re.IGNORECASE
)
_TERM = re.compile(r"(?:- )?\w[^\n:]{1,60} : [^\s:][^\n:]{2,300}")
_LABEL = re.compile(analysis.any_of("label"), re.IGNORECASE)
"""Names of entries that are about the page itself."""
_MENU = re.compile(r"\s[|·•›>/]\s")
_MENU_SIGNS = 3
_SITE_JOIN = re.compile(r"\s[|–—-]\s")
_MOST_SITE_WORDS = 4
_MOST_CONTACT_WORDS = 2
_MOST_NAME_WORDS = 4
_MARKS = "*_ \t>#•→►▶»-–—"


def fold(text: str) -> str:
    """Return the words of a text without case, accents and punctuation, for comparing titles."""
    return " ".join(_WORDS.findall(analysis.fold(text)))


def ends_like_sentence(text: str) -> bool:
    """Say whether a text ends with a period or the like, perhaps inside closing marks."""
    return _SENTENCE_END.search(text[-60:]) is not None


def is_heading(text: str) -> bool:
    """Say whether a line is a heading in Markdown."""
    return _HEADING.match(text) is not None


def is_title(text: str, folded_title: str) -> bool:
    """Say whether a line repeats the title, perhaps with the site's name after it."""
    length = len(folded_title)
    if not length or not length / 4 <= len(text) <= 2 * length + 40:
        return False
    folded = fold(text)
    if folded == folded_title:
        return True
    site = folded[len(folded_title) + 1 :].split() if folded.startswith(folded_title + " ") else []
    joined = _SITE_JOIN.search(text) is not None and not ends_like_sentence(text)
    return joined and 0 < len(site) <= _MOST_SITE_WORDS


def is_contact(text: str) -> bool:
    """Say whether a line has hardly more than an e-mail address, a telephone number or a link."""
    if len(text) > _LONGEST_NOTICE or not _CONTACT.search(text):
        return False
    return len(_words(_CONTACT.sub(" ", text))) <= _MOST_CONTACT_WORDS


def is_address(text: str) -> bool:
    """Say whether a line is a postal address: a street number and names, without a verb."""
    street = _STREET.search(text) if len(text) <= LONG_CHARACTERS * 2 else None
    if street is None or len(_words(text[: street.start()])) > _MOST_NAME_WORDS:
        return False
    after = _words(text[street.start() :])
    return all(w.casefold() in _STREET_WORDS or not w[0].islower() for w in after if len(w) > 1)


def is_notice(text: str) -> bool:
    """Say whether a line is about the page: an advertisement, a link, rights, an author, a date."""
    if len(text) > _LONGEST_NOTICE:
        return False
    bare = text.lstrip(_MARKS + "[(")
    notice = _NOTICE.match(bare)
    if notice and _GOES_ON.match(bare, notice.end()) and ends_like_sentence(text):
        return False
    if notice or _NOTICE.match(text) or _RIGHTS.search(text):
        return True
    imprint = len(text) <= _LONGEST_IMPRINT and _IMPRINT.match(bare)
    return bool(imprint) and not ends_like_sentence(text)


def stands_alone(text: str, folded_title: str) -> bool:
    """Say whether a line is no part of a paragraph even without blank lines around it."""
    is_above = is_heading(text) or is_title(text, folded_title)
    return is_above or is_contact(text) or is_address(text) or is_notice(text)


def is_boilerplate(text: str, folded_title: str) -> bool:
    """Say whether a paragraph is not one of the story's own.

    A short text that does not end as a sentence is a heading or a slogan, unless it is a speaker's
    turn, an entry of a list, or signed, or has a quotation.
    """
    if not _LETTERS.search(text) or _MARKUP.fullmatch(text) or stands_alone(text, folded_title):
        return True
    if ends_like_sentence(text):
        return len(text) < LONG_CHARACTERS and not (_has_words(text, 2) or _CJK.search(text))
    if len(_MENU.findall(text)) >= _MENU_SIGNS:
        return True
    if len(text) >= LONG_CHARACTERS or len(text.split()) >= LONG_WORDS:
        return False
    is_quoted = any(_has_words(quotation[1], 3) for quotation in _QUOTATION.finditer(text))
    return not (is_quoted or _is_turn(text) or _is_signed(text) or _is_entry(text))


def _is_entry(text: str) -> bool:
    """Say whether a line is a list's entry: a name and a number, or a date and words."""
    entry = _ENTRY.match(text) or _DATED_ENTRY.match(text)
    return entry is not None and not _LABEL.match(text)


def is_term_entry(text: str) -> bool:
    """Say whether a line is a term, " : " and its description, as in a series of such lines."""
    return _TERM.fullmatch(text) is not None and not _LABEL.match(text)


def _is_signed(text: str) -> bool:
    """Say whether a line is a sentence, a dash and its author, as in a post."""
    sentence, dash, _ = text.partition(" — ")
    return bool(dash) and ends_like_sentence(sentence) and _has_words(sentence, 4)


def _is_turn(text: str) -> bool:
    """Say whether a line is a speaker's turn in an interview."""
    turn = _TURN.match(text) or _DASH_TURN.match(text)
    return turn is not None and _has_words(text[turn.end() :], 2)


def _has_words(text: str, count: int) -> bool:
    return len(_words(text)) >= count


def _words(text: str) -> list[str]:
    return _WORDS.findall(text)
