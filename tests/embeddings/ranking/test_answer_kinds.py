"""What kind of answer a question wants, and what a sentence has, by tables of cases."""

from __future__ import annotations

from embeddings.ranking.answer_kinds import Kind, find_offered, find_wanted

QUESTIONS = [
    ("Combien d'employés ont signé la lettre ?", Kind.NUMBER),
    ("Quel est le taux d'erreur de Rekognition ?", Kind.NUMBER),
    ("Quelle est la population de Paris ?", Kind.NUMBER),
    ("How many employees signed the letter?", Kind.NUMBER),
    ("What is the share price of Amazon?", Kind.NUMBER),
    ("Quand Palantir a-t-il été fondé ?", Kind.DATE),
    ("En quelle année Rekognition a-t-il été lancé ?", Kind.DATE),
    ("Depuis quand dure la fronde ?", Kind.DATE),
    ("When was Rekognition launched?", Kind.DATE),
    ("Which year did it begin?", Kind.DATE),
    ("Qui a écrit la lettre ?", Kind.NONE),
    ("How did they feel when they learned it?", Kind.NONE),
    ("Pourquoi ?", Kind.NONE),
    ("", Kind.NONE),
]


def test_a_question_says_what_it_wants() -> None:
    assert [each for each in QUESTIONS if find_wanted(each[0]) != each[1]] == []


SENTENCES = [
    ("Près de 450 salariés ont signé.", Kind.NUMBER),
    ("Deux choses les inquiètent.", Kind.NUMBER),
    ("They fear two things.", Kind.NUMBER),
    ("La lettre date de 2018.", Kind.DATE),
    ("Elle est parue le 3 mars 2018.", Kind.NUMBER | Kind.DATE),
    ("They wrote it last week.", Kind.DATE),
    ("Les ingénieurs s'inquiètent.", Kind.NONE),
    ("", Kind.NONE),
]


def test_a_sentence_has_these_kinds() -> None:
    assert [each for each in SENTENCES if find_offered(each[0]) != each[1]] == []
