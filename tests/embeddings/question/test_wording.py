"""Questions that ask what something is, and messages that ask nothing."""

from __future__ import annotations

import json
import time

from config.settings import SEEDS
from embeddings.question.wording import defined_term, small_talk

DEFINITIONS = {
    "Qu'est-ce que Rekognition ?": "Rekognition",
    "Qu’est-ce que c’est que Palantir ?": "Palantir",
    "Qu'est-ce qu'AWS ?": "AWS",
    "C'est quoi la tolérance zéro ?": "tolérance zéro",
    "c koi rekognition": "rekognition",
    "sa c’est quoi rekognition": "rekognition",
    "ces quoi Rekognition": "Rekognition",
    "s’est qoi Rekognition": "Rekognition",
    "c est quoi Rekognition": "Rekognition",
    "Qu’est-ce que c’est Rekognition": "Rekognition",
    "kesako Rekognition": "Rekognition",
    "sa veut dire quoi Rekognition": "Rekognition",
    "wtf is Rekognition": "Rekognition",
    "whats Rekognition": "Rekognition",
    "def Rekognition": "Rekognition",
    "Rekognition meaning": "Rekognition",
    "qui c’est Jeff Bezos": "Jeff Bezos",
    "whos Jeff Bezos": "Jeff Bezos",
    "Rekognition, c'est quoi ?": "Rekognition",
    "ICE ça veut dire quoi": "ICE",
    "que veut dire le sigle ICE svp": "ICE",
    "Que désigne le nom « AWS » ?": "AWS",
    "Définition de Rekognition": "Rekognition",
    "Qui est Jeff Bezos ?": "Jeff Bezos",
    "qui est jeff bezos": "jeff bezos",
    "Dis-moi ce qu'est Palantir": "Palantir",
    "Who is Jeff Bezos?": "Jeff Bezos",
    "What's ICE?": "ICE",
    "What does ICE stand for?": "ICE",
    'What does "zero tolerance" mean?': "zero tolerance",
    "Tell me what Palantir is please": "Palantir",
    "the meaning of ICE": "ICE",
    "Parle-moi de Palantir": "Palantir",
    "parlez moi de l’affaire Rekognition svp": "affaire Rekognition",
    "Des infos sur la tolérance zéro ?": "tolérance zéro",
    "Que sait-on d’IBM ?": "IBM",
    "Que disent les articles sur Google ?": "Google",
    "Que dit-on de Palantir ?": "Palantir",
    "Que dit sur la lettre ?": "lettre",  # without "Le Monde", which is asked
    "What does say about the letter?": "letter",
    "À quoi sert Rekognition ?": "Rekognition",
    "Rekognition, à quoi ça sert ?": "Rekognition",
    "AWS sert à quoi": "AWS",
    "Tell me about Palantir": "Palantir",
    "What is known about the zero tolerance?": "zero tolerance",
    "What do the articles say about IBM?": "IBM",
    "What is Rekognition used for?": "Rekognition",
}
OTHERS = [
    "Qui est responsable ?",
    "Qui est le patron de Palantir ?",
    "Parle-moi de ce que veut Amazon",
    "Que sait-on des gens qui ont signé ?",
    "À quoi sert à Amazon cette technologie ?",
    "Que disent les salariés de Google ?",
    "Qu'est-ce que demandent les salariés ?",
    "Qu'est-ce qui a valu des critiques à Google ?",
    "What is the capital of Australia?",
    "What is Jeff Bezos's fortune?",
    "What does Palantir build?",
    "Who is he?",
    "c'est quoi ça",
    "Ce qui inquiète Amazon",
    "C'est qui qui a écrit la lettre ?",
    "À qui Amazon vend-il Rekognition ?",
]
SMALL_TALK = {
    "thanks": [
        "merci !", "Merci beaucoup 🙏", "mercii bcp", "ok thx", "thank you so much",
        "super, merci pour ta réponse", "Thanks for the help!",
    ],
    "greeting": ["bonjour", "Bonjour à tous", "salut !!", "hi there", "Hello Verbatim"],
    "goodbye": ["au revoir", "Bye", "bonne journée !"],
}  # fmt: skip
ASKED = ["Bonjour, qui a écrit la lettre ?", "merci de me dire qui", "Qui dit merci ?", "plus", ""]


def test_a_definition_asks_for_its_term() -> None:
    assert {question: defined_term(question) for question in DEFINITIONS} == DEFINITIONS


def test_other_questions_ask_for_no_definition() -> None:
    assert {q: term for q in OTHERS if (term := defined_term(q))} == {}


def test_who_only_greets_or_thanks_is_replied_to() -> None:
    expected = {message: key for key, said in SMALL_TALK.items() for message in said}
    notes = {message: small_talk(message) for message in expected}
    assert {message: note.key if note else None for message, note in notes.items()} == expected


def test_who_asks_something_is_not_taken_for_polite() -> None:
    lines = (SEEDS / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [*ASKED, *(json.loads(line)["question"] for line in lines)]
    assert [question for question in questions if small_talk(question)] == []


def test_the_longest_message_is_read_in_a_moment() -> None:
    took = {}
    for atom in ("c'est quoi ", "!", "what ", "l'", "merci ", "e", ", ", "about ", "sert à quoi "):
        began = time.process_time()
        defined_term("what " + atom * (1000 // len(atom)))
        small_talk(atom * (1000 // len(atom)))
        took[atom] = time.process_time() - began
    assert {atom: seconds for atom, seconds in took.items() if seconds >= 0.05} == {}
