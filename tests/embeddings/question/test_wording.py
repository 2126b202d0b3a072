"""Questions that ask what something is, and messages that ask nothing."""

from __future__ import annotations

import json
import time

from config.settings import SEEDS
from embeddings.question.wording import asks_for_list, find_listed_topic, find_reply, find_term

DEFINITIONS = {
    "rekognition": "rekognition",
    "Noah Hawley ?": "Noah Hawley",
    "tolérance zéro": "tolérance zéro",
    "Qu'est-ce que Rekognition ?": "Rekognition",
    "Qu’est-ce que c’est que Palantir ?": "Palantir",
    "Qu'est-ce qu'AWS ?": "AWS",
    "C'est quoi la tolérance zéro ?": "tolérance zéro",
    "c koi rekognition": "rekognition",
    "quoi rekognition": "rekognition",
    "sa c’est quoi rekognition": "rekognition",
    "ces quoi Rekognition": "Rekognition",
    "s’est qoi Rekognition": "Rekognition",
    "c est quoi Rekognition": "Rekognition",
    "Qu’est-ce que c’est Rekognition": "Rekognition",
    "kesako Rekognition": "Rekognition",
    "sa veut dire quoi Rekognition": "Rekognition",
    "wtf is Rekognition": "Rekognition",
    "Résume-moi l’affaire Rekognition": "affaire Rekognition",
    "summarize the Rekognition case": "Rekognition case",
    "Peux-tu résumer l’article sur Palantir ?": "Palantir",
    "C’est quoi au juste Rekognition": "Rekognition",
    "what is ICE exactly": "ICE",
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
    "mourinho remplace qui",
    "les salariés",
    "critiques contre Amazon et Google",
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
    "greeting": [
        "bonjour", "Bonjour à tous", "salut !!", "hi there", "Hello Verbatim", "salut ça va ?",
        "comment vas-tu ?",
    ],
    "goodbye": ["au revoir", "Bye", "bonne journée !", "bonne nuit", "good night"],
    "about": [
        "Es-tu une IA ?", "t'es un robot ?", "Are you an AI?", "Qui t’a fait ?", "who made you",
        "d'où viennent ces textes ?", "What are your sources?", "How do you work?", "aide",
        "comment tu fonctionnes ?", "que sais-tu faire ?", "t'es nul", "you are useless", "lol",
        "Est-ce que tu es une intelligence artificielle ?", "what can I ask you about?",
        "Sur quoi puis-je te poser des questions ?", "Qu’est-ce qu’on peut te demander ?",
        "résume", "Peux-tu résumer les articles ?", "Summarize this", "Fais-moi une synthèse",
        "tldr",
    ],
}  # fmt: skip
ASKED = [
    "Bonjour, qui a écrit la lettre ?", "merci de me dire qui", "Qui dit merci ?", "plus", "",
    "et la nuit ?", "comment ?", "va-t-il venir ?", "How does it work?", "C'est qui ?",
    "d'où viennent les outils ?", "Comment ça marche ?", "Who runs AWS?", "Qui t'a dit ça ?",
    "help the workers", "What is real?",
]  # fmt: skip
ON_A_TOPIC = {
    "Qui a écrit l’article sur la Silicon Valley ?": "la Silicon Valley",
    "Who wrote the article on Star Trek?": "Star Trek",
    "quels sont les auteurs de l'article sur WeWork": "WeWork",
    "auteur de l'article sur le chat ?": "le chat",
    "Who's the author of the piece about WeWork?": "WeWork",
    "Quels articles parlent de Microsoft ?": "Microsoft",
    "Est-ce qu’un article parle d’IBM ?": "IBM",
    "avez-vous d'autres articles sur Palantir": "Palantir",
    "What stories are there about ICE?": "ICE",
    "Which articles mention Google?": "Google",
    "Who wrote the letter on Palantir?": None,
    "Un article de la loi sur l’asile ?": None,
    "What does the article on Palantir say?": None,
    "Qui a écrit l’article ?": None,
}
LISTS = {
    ("liste les articles", "liste les articles"): True,
    ("Quels sont tes articles ?", "Quels sont tes articles ?"): True,
    ("who is the author of these stories", "who is the author of these stories"): True,
    ("What’s new?", "What’s new?"): True,
    ("Que s’est-il passé ?", "Que s’est-il passé ?"): True,
    ("Qui est-ce ?", "Qui est-ce ?"): False,
    ("Que dit l’article sur le port ?", "Que dit l’article sur le port ?"): False,
    ("Quels articles de Lucie Ferrand ?", "Quels ?"): True,
    ("Que s’est-il passé lundi ?", "Que s’est-il passé ?"): True,
    ("Quel quai lundi ?", "Quel quai ?"): False,
}


def test_a_definition_asks_for_its_term() -> None:
    assert {question: find_term(question) for question in DEFINITIONS} == DEFINITIONS


def test_other_questions_ask_for_no_definition() -> None:
    assert {q: term for q in OTHERS if (term := find_term(q))} == {}


def test_the_topic_of_articles_that_are_asked_for_or_whose_author_is() -> None:
    assert {question: find_listed_topic(question) for question in ON_A_TOPIC} == ON_A_TOPIC


def test_who_asks_only_which_articles_there_are_gets_a_list() -> None:
    assert {each: asks_for_list(*each) for each in LISTS} == LISTS


def test_who_only_greets_or_thanks_is_replied_to() -> None:
    expected = {message: key for key, said in SMALL_TALK.items() for message in said}
    notes = {message: find_reply(message) for message in expected}
    assert {message: note.key if note else None for message, note in notes.items()} == expected


def test_who_asks_something_is_not_taken_for_polite() -> None:
    lines = (SEEDS / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [*ASKED, *(json.loads(line)["question"] for line in lines)]
    assert [question for question in questions if find_reply(question)] == []


def test_the_longest_message_is_read_in_a_moment() -> None:
    took = {}
    for atom in ("c'est quoi ", "!", "what ", "l'", "merci ", "e", ", ", "about ", "sert à quoi "):
        seconds = []
        for _ in range(3):  # the least: what else the process does meanwhile is not the reading
            began = time.thread_time()
            find_term("what " + atom * (1000 // len(atom)))
            find_reply(atom * (1000 // len(atom)))
            seconds.append(time.thread_time() - began)
        took[atom] = min(seconds)
    assert {atom: seconds for atom, seconds in took.items() if seconds >= 0.05} == {}
