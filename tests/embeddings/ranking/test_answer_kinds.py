"""What kind of answer a question wants, what a sentence has and denies, by tables of cases."""

from __future__ import annotations

from embeddings.ranking.answer_kinds import (
    Kind,
    asks_who,
    denies,
    find_needed,
    find_offered,
    find_wanted,
    turns,
)

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
    ("Pourquoi Google est-il critiqué ?", Kind.NONE),
    ("pourquoi (Qui a écrit la lettre) ?", Kind.REASON | Kind.ALONE),
    ("But why (Who wrote the letter) ?", Kind.REASON | Kind.ALONE),
    ("par qui (Pourquoi Google est-il critiqué) ?", Kind.PERSON | Kind.ALONE),
    ("and by whom (Is Palantir criticised) ?", Kind.PERSON | Kind.ALONE),
    ("c'était quand (Que reproche-t-on à Microsoft) ?", Kind.DATE | Kind.ALONE),
    ("how many (Who signed) ?", Kind.NUMBER | Kind.ALONE),
    ("qui d'autre (Amazon est-il un cas isolé) ?", Kind.NONE),
    ("how old is he (Jeff Bezos) ?", Kind.AGE | Kind.ALONE),
    ("Quel âge a-t-il ?", Kind.AGE | Kind.ALONE),
    ("How much does it cost?", Kind.MONEY | Kind.ALONE),
    ("How much does it weigh?", Kind.NUMBER),
    ("Quel prix a-t-il reçu ?", Kind.NUMBER),
    ("", Kind.NONE),
]


def test_a_question_says_what_it_wants() -> None:
    assert [each for each in QUESTIONS if find_wanted(each[0]) != each[1]] == []


SENTENCES = [
    ("Près de 450 ont signé.", Kind.NUMBER | Kind.COUNT),
    ("Deux choses les occupent.", Kind.NUMBER | Kind.COUNT),
    ("They ask for two things.", Kind.NUMBER | Kind.COUNT),
    ("La lettre date de 2018.", Kind.DATE | Kind.DAY),
    ("Elle est parue le 3 mars 2018.", Kind.NUMBER | Kind.DATE | Kind.DAY),
    ("They wrote it last week.", Kind.DATE | Kind.DAY),
    ("Les ingénieurs l'ont écrite.", Kind.PERSON),
    ("Dans la lettre, ils interpellent Jeff Bezos.", Kind.PERSON),
    ("Elle circule parce qu'elle dérange.", Kind.REASON),
    ("They fear its use.", Kind.REASON),
    ("Il agit pour ne pas perdre.", Kind.REASON),
    ("Cela explique la colère, et ils lui donnent raison.", Kind.NONE),
    ("It is due to be held on the square.", Kind.NONE),
    ("They left since it rained.", Kind.REASON | Kind.DATE | Kind.SPAN),
    ("Some came since 1974, some since Monday.", Kind.DATE | Kind.DAY | Kind.SPAN),
    ("He was born on the coast.", Kind.AGE),
    ("Il ne le voit pas.", Kind.NONE),
    ("Entry is free.", Kind.MONEY),
    ("Elle n’a pas encore répondu.", Kind.REPLY),
    ("Les deux demandes répondent aux deux griefs.", Kind.NUMBER | Kind.COUNT),
    ("A spokeswoman declined to say.", Kind.REPLY),
    ("It opens on Sept. 12.", Kind.NUMBER | Kind.DAY),
    ("They protested a few weeks before.", Kind.DATE | Kind.DAY | Kind.SPAN),
    ("C'était quelques semaines plus tôt.", Kind.DATE | Kind.DAY | Kind.SPAN),
    ("Ils la signent après la guerre.", Kind.DATE),
    ("They may not sell it when asked.", Kind.DATE),
    ("Some 12,5 % signed.", Kind.NUMBER | Kind.MONEY | Kind.SHARE),
    ("Un tiers des élus l'a lue.", Kind.NUMBER | Kind.COUNT | Kind.SHARE),
    ("It opened at 6:38 p.m. on the 14th.", Kind.NUMBER | Kind.DAY),
    ("On October 18, 300 came.", Kind.NUMBER | Kind.COUNT | Kind.DATE | Kind.DAY),
    ("« Est-ce vrai ? »", Kind.ASKS),
    ("Il demande : « Est-ce vrai ? »", Kind.NONE),
    ("", Kind.NONE),
]


def test_a_sentence_has_these_kinds() -> None:
    assert [each for each in SENTENCES if find_offered(each[0]) != each[1]] == []


NEEDED = [
    ("Quand la lettre est-elle parue ?", Kind.DAY, None),
    ("How long did the talks last?", Kind.SPAN, None),
    ("Combien de jours a-t-elle circulé ?", Kind.SPAN, None),
    ("What is the average salary of an engineer?", Kind.MONEY, None),
    ("Combien a-t-elle été payée ?", Kind.MONEY, None),
    ("Combien de pays ont signé ?", Kind.COUNT, "pays"),
    ("How many engineers signed?", Kind.COUNT, "engineers"),
    ("Quel est le taux d'erreur ?", Kind.NUMBER, None),
    ("Mais pourquoi protestent-ils ?", Kind.REASON, None),
    ("They asked why they left.", Kind.NONE, None),
    ("Quelle part des élus a signé ?", Kind.SHARE, None),
    ("What percentage of engineers signed?", Kind.SHARE, None),
    ("What is the share price of Amazon?", Kind.MONEY, None),
    ("How often do they meet?", Kind.NONE, None),
    ("How long is the bridge?", Kind.NUMBER, None),
    ("How much rice was sold?", Kind.NUMBER, None),
    ("How much time did they spend?", Kind.NUMBER, None),
    ("What does the budget say about schools?", Kind.NONE, None),
    ("Combien Nadal a-t-il gagné de tournois ?", Kind.NUMBER, None),
    ("Combien gagne-t-elle par mois ?", Kind.MONEY, None),
    ("What happens when the river floods?", Kind.NONE, None),
    ("Quel prix a-t-il reçu ?", Kind.NONE, None),
    ("Qui a écrit la lettre ?", Kind.NONE, None),
    ("Amazon a-t-il répondu à la lettre ?", Kind.REPLY, None),
    ("amazon a réagi ?", Kind.REPLY, None),
    ("Est-ce qu'ils se sont excusés ?", Kind.REPLY, None),
    ("et ils ont eu une réponse ?", Kind.REPLY, None),
    ("Did Amazon apologise to its staff?", Kind.REPLY, None),
    ("What was their response?", Kind.REPLY, None),
    ("Quand le maire a-t-il répondu ?", Kind.DAY, None),
    ("Qui a répondu au maire ?", Kind.NONE, None),
    ("Comment le personnel a-t-il réagi ?", Kind.NONE, None),
    ("How do horses react?", Kind.NONE, None),
]


def needed(question: str) -> tuple[Kind, str | None]:
    return find_needed(question, find_wanted(question))


def test_a_question_says_what_a_passage_has_to_have() -> None:
    assert [each for each in NEEDED if needed(each[0]) != each[1:]] == []


DENIED = [
    ("Qui a écrit la lettre ?", "Elle n’a pas écrit la lettre : elle avait pris position avant."),
    ("quand (Qui a écrit la lettre) ?", "Elle n’a pas écrit la lettre."),
    ("Quelle association a écrit la lettre ?", "Elle n’a jamais écrit cette lettre."),
    ("Who wrote the letter?", "The association did not write the letter."),
    ("Who wrote the letter?", "The association has never written a letter."),
    ("Who signed?", "Amazon hasn't signed."),
    ("Quand la lettre a-t-elle été écrite ?", "Elle n’a pas écrit la lettre."),
    ("Qui contrôle l'usage de l'outil ?", "La puissance publique ne contrôle pas l’usage."),
    ("Qui a écrit la lettre ?", "La lettre n’a pas été écrite par Paul Morvan."),
    ("D’après Verbatim, qui a écrit la lettre ?", "Paul Morvan n’a pas écrit la lettre."),
    ("Qui a écrit la lettre ?", "La lettre, Paul Morvan ne l’a pas écrite."),
    ("Qui a écrit la lettre ?", "Ce n’est pas Paul Morvan qui a écrit la lettre."),
    ("Who wrote the letter?", "The letter was not written by Paul Morvan."),
]
SAID = [
    ("Qui a écrit la lettre ?", "Elle n’a pas écrit la lettre, des salariés l’ont écrite."),
    ("Qui a écrit la lettre ?", "Des salariés ont écrit la lettre et ne le cachent pas."),
    ("Qui a écrit la lettre ?", "Elle n’a pas écrit de livre."),
    ("Qui commanda les armées ?", "N’ayant pas commandé les armées de l’Est, il est réputé."),
    ("Qui est un cas isolé ?", "Amazon n’est pas un cas isolé, Google a le même."),
    ("Qui a écrit la lettre ?", "Amazon n’a pas écrit la lettre, c’est Google."),
    ("Qui a écrit la lettre ?", "Amazon n’a pas écrit la lettre seul."),
    ("Who wrote the letter?", "Amazon did not write the letter, but Google did."),
    ("Who wrote the letter?", "Amazon did not write the letter alone: Google helped."),
    ("Who wrote the letter?", "No one wrote the letter."),
    ("Who wrote the letter?", "The letter was written by staff, not by Paul Morvan."),
    ("Qui a écrit la lettre ?", "Paul Morvan n’a pas été décrit par la presse."),
    ("Qui a écrit la lettre ?", "Ce n’est pas Paul Morvan qui a écrit la lettre, mais Anne Roy."),
]


def test_who_did_not_do_it_is_denied_and_who_did_or_nobody_is_said() -> None:
    assert [each for each in DENIED if not (asks_who(each[0]) and denies(*each))] == []
    assert [each for each in SAID if denies(*each)] == []


def test_the_sentence_after_a_denial_says_who_did_it() -> None:
    who, closed = "Qui a écrit la lettre ?", "Who closed the library?"
    said = [
        (who, "Paul Morvan n’a pas écrit la lettre.", "C’est Anne Roy qui l’a rédigée."),
        (who, "Amazon n’a pas écrit la lettre.", "Des salariés l’ont rendue publique."),
        (who, "Amazon n’a pas écrit la lettre.", "Deux ingénieurs en sont les auteurs."),
        (who, "Amazon n’a pas écrit la lettre.", "Des salariés ont écrit à leur patron."),
        (closed, "The mayor did not close the library.", "The council closed it on Friday."),
    ]
    silent = [
        (who, "Amazon n’a pas écrit la lettre.", "La lettre compte trois pages."),
        (who, "Amazon n’a pas écrit la lettre.", "Google n’a pas écrit la lettre."),
        (who, "Des salariés ont écrit la lettre.", "C’est le patron qui l’a reçue."),
        (closed, "The mayor did not close the library.", "The council said it would wait."),
    ]
    assert [each for each in said if not turns(*each)] == []
    assert [each for each in silent if turns(*each)] == []


def test_who_when_and_where_something_was_done_is_asked_for() -> None:
    others = [
        "L'association a-t-elle écrit la lettre ?",
        "Que dit la lettre ?",
        "Qui n'a pas écrit la lettre ?",
        "Who did not sign?",
        "Quelle entreprise Amazon a-t-elle aidée ?",
    ]
    assert [question for question in others if asks_who(question)] == []
