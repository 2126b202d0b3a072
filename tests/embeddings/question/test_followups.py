"""Questions that lean on earlier ones, read so that they stand; those that stand, left alone."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.settings import SEEDS
from embeddings.question.followups import complete
from embeddings.text.analysis import fold

SETS = Path(__file__).resolve().parents[3].parent / "shared" / "eval"

# what was asked before, the question, its first reading
LEANING = [
    ("Qui a reçu des critiques ?", "et Google ?", "Google (Qui a reçu des critiques) ?"),
    ("Qui a écrit aux salariés ?", "et Google ?", "Google (Qui a écrit aux salariés) ?"),
    ("qui critique amazon ?", "et Microsoft ?", "qui critique Microsoft ?"),
    ("ils veulent quoi au fond ?", "et Microsoft ?", "Microsoft (ils veulent quoi au fond) ?"),
    ("Toutes les écoles sont-elles fermées ?", "et les lycées ?",
     "les lycées (Toutes les écoles sont-elles fermées) ?"),
    ("who got criticised?", "and Google?", "Google (who got criticised)?"),
    ("Pourquoi Microsoft est-il critiqué ?", "et Google ?", "Pourquoi Google est-il critiqué ?"),
    ("pourquoi microsoft est critiqué", "et google", "pourquoi google est critiqué ?"),
    ("Why is Microsoft criticised?", "what about Google?", "Why is Google criticised?"),
    ("Pourquoi la direction d'Amazon est-elle critiquée ?", "et Google ?",
     "Pourquoi la direction de Google est-elle critiquée ?"),
    ("Que veut la direction de Google ?", "et Amazon ?", "Que veut la direction d’Amazon ?"),
    ("Que vend la filiale d’Amazon ?", "et Hachette ?", "Que vend la filiale d’Hachette ?"),
    ("Que pense Amazon de Palantir ?", "Et quid de Google ?", "Que pense Google de Palantir ?"),
    ("Qu'est-ce que Palantir ?", "qui s'en sert ?", "qui s'en sert (Palantir) ?"),
    ("Qui a écrit la lettre ?", "quand ?", "quand (Qui a écrit la lettre) ?"),
    ("Who is Lyon's new mayor?", "and what did he say?",
     "and what did Lyon's new mayor say?"),
    ("How long was he in the embassy (Julian Assange) ?", "Where is he now?",
     "Where is Julian Assange now?"),
    ("Who wrote the letter?", "and when?", "and when (Who wrote the letter)?"),
    ("Que dit la lettre ?", "Qui l'a écrite ?", "Qui l'a écrite (la lettre) ?"),
    ("Who wrote the letter?", "and who else?", "and who else (Who wrote the letter)?"),
    ("Qui a signé ?", "combien ?", "combien (Qui a signé) ?"),
    ("Que dit-on à Paris ?", "et à Lyon ?", "Que dit-on à Lyon ?"),
    ("À qui Lyon a-t-elle écrit ?", "et à Nice ?", "À qui Nice a-t-elle écrit ?"),
    ("Qu'a dit le maire à Paris ?", "et à Lyon ?", "Qu'a dit le maire à Lyon ?"),
    ("Que vend Amazon en 2018 ?", "et en 2019 ?", "Que vend Amazon en 2019 ?"),
    ("Que vend Amazon ?", "et en 2019 ?", "Que vend Amazon en 2019 ?"),
    ("Que vend Amazon en France ?", "et en 2019 ?", "Que vend Amazon en France en 2019 ?"),
    ("Who uses Palantir's tools?", "And in France?", "Who uses Palantir's tools in France?"),
    ("Who works in the United States?", "and in France?", "Who works in France?"),
    ("Pourquoi Microsoft est-il critiqué ?", "et en France ?",
     "Pourquoi Microsoft est-il critiqué en France ?"),
    ("Qui utilise Palantir aux États-Unis ?", "et en Italie ?", "Qui utilise Palantir en Italie ?"),
    ("Qui utilise Palantir en France ?", "et l'Italie ?", "Qui utilise Palantir en Italie ?"),
    ("Qui utilise Palantir en France ?", "et le Japon ?", "Qui utilise Palantir au Japon ?"),
    ("Qui utilise Palantir ?", "et l'Italie ?", "l'Italie (Qui utilise Palantir) ?"),
    ("Que fait la France contre la faim ?", "et l'Italie ?", "Que fait l'Italie contre la faim ?"),
    ("who signed it (the letter) ?", "and in France?", "who signed it in France (the letter)?"),
    ("pourquoi en France (Qui a écrit la lettre) ?", "et en Italie ?",
     "pourquoi en Italie (Qui a écrit la lettre) ?"),
    ("à Paris (Quand est-elle parue) ?", "et à Lyon ?", "à Lyon (Quand est-elle parue) ?"),
    ("Quelle entreprise est critiquée ?", "et Google ?",
     "Google (Quelle entreprise est critiquée) ?"),
    ("Est-ce que d'autres villes ont voté ?", "et Lyon ?",
     "Lyon (Est-ce que d'autres villes ont voté) ?"),
    ("Which other companies were criticised?", "and Google?",
     "Google (Which other companies were criticised)?"),
    ("Did another town protest?", "what about Lyon?", "Lyon (Did another town protest)?"),
    ("Certaines villes ont-elles voté ?", "et Lyon ?", "Lyon (Certaines villes ont-elles voté) ?"),
    ("Who uses Palantir's tools?", "and Google's?", "Who uses Google's tools?"),
    ("Who uses Palantir's tools?", "what about Google?", "Who uses Google's tools?"),
    ("What do Amazon's staff want?", "and those of Google?", "What do Google's staff want?"),
    ("Que veulent les salariés d'Amazon ?", "et ceux de Tesla ?",
     "Que veulent les salariés de Tesla ?"),
    ("What is the slogan of South Dakota's campaign?", "how much did it cost?",
     "how much did it cost (South Dakota's campaign)?"),
    ("Quel est le premier grief ?", "et le deuxième ?", "Quel est le deuxième grief ?"),
    ("Est-ce que l'immigration s'en sert ?", "et la police ?", "Est-ce que la police s'en sert ?"),
    ("Que dit-elle de la loi ?", "et de leur employeur ?", "Que dit-elle de leur employeur ?"),
    ("Où la lettre a-t-elle circulé ?", "et ensuite ?",
     "ensuite (Où la lettre a-t-elle circulé) ?"),
    ("Was it the first company?", "who came before?",
     "who came before (Was it the first company)?"),
    ("Who is Jeff Bezos?", "how old is he?", "how old is Jeff Bezos?"),
    ("Who is Jeff Bezos?", "What company does he own?",
     "What company does Jeff Bezos own?"),
    ("Qu'est-ce que Palantir ?", "Sur quelle infrastructure ça tourne ?",
     "Sur quelle infrastructure Palantir tourne ?"),
    ("Qu'est-ce que Palantir ?", "Did Amazon buy it?", "Did Amazon buy it (Palantir) ?"),
    ("Que veulent les salariés ?", "et qu'a-t-il répondu ?",
     "et qu'a-t-il répondu (Que veulent les salariés) ?"),
    ("Qu'est-ce que Rekognition ?", "à qui c'est vendu ?", "à qui Rekognition est vendu ?"),
    ("Salut, qu'est-ce qui cloche avec Rekognition ?", "et pour Amazon ?",
     "Salut, qu'est-ce qui cloche avec Amazon ?"),
    ("Que disent les ingénieurs ?", "Qu'est-ce qu'ils demandent à Bezos ?",
     "Qu'est-ce que les ingénieurs demandent à Bezos ?"),
    ("Que devient la famille ?", "c'est moral ?", "c'est moral (Que devient la famille) ?"),
    ("What did IBM do?", "During which years?", "During which years (What did IBM do)?"),
    ("Is that mentioned in the letter (IBM)?", "who signed it?", "who signed it (the letter)?"),
    ("Is Google involved?", "since when?", "since when (Is Google involved)?"),
    ("Is Google involved?", "Anything else?", "Anything else (Is Google involved)?"),
    ("Où vont les familles ?", "Où ça ?", "Où ça (Où vont les familles) ?"),
    ("c quoi rekognition", "ça sert à quoi ?", "rekognition sert à quoi ?"),
    ("qui l'achète (rekognition) ?", "et aws ?", "qui l'achète (aws) ?"),
    ("et Microsoft, qu'a-t-il fait ?", "et Google ?", "et Google, qu'a-t-il fait ?"),
    ("How long before the employees?", "What about Microsoft?",
     "Microsoft (How long before the employees)?"),
    ("Is IBM involved?", "in what way?", "in what way (Is IBM involved)?"),
    ("Who wrote the letter?", "who is it for?", "who is it for (the letter)?"),
    (
        "quand (Qui a annoncé la fermeture du pont) ?",
        "Combien ça coûte ?",
        "Combien ça coûte (Qui a annoncé la fermeture du pont) ?",
    ),
    (
        "Le pont de Varenne est-il fermé aux piétons ?",
        "N'est-il pas fermé ?",
        "N'est-il pas fermé (Le pont de Varenne) ?",
    ),
    ("Que vend Google à l'armée ?", "et Amazon alors ?", "Que vend Amazon à l'armée ?"),
    ("What did Google sell?", "what about Amazon too?", "What did Amazon sell?"),
    ("Où vont les familles ?", "où", "Où vont les familles ?"),
    ("Pourquoi Google est-il critiqué ?", "et pourquoi ?", "Pourquoi Google est-il critiqué ?"),
    ("Who wrote the letter?", "who?", "Who wrote the letter?"),
    ("Qui dirige Amazon ?", "Quel est son salaire ?", "Quel est son salaire (Amazon) ?"),
    ("What does Palantir do?", "What are its tools?", "What are its tools (Palantir)?"),
    ("Qui est le patron actuel d'Amazon ?", "quel âge a-t-il ?",
     "quel âge a-t-il (le patron actuel d'Amazon) ?"),
]  # fmt: skip

STANDING = [
    "quels articles ?",
    "Which articles?",
    "et les derniers articles ?",
    "Qu'est-ce que Palantir ?",
    "À qui Amazon vend-il Rekognition ?",
    "à qui amazon vend-il rekognition ?",
    "Quelle infrastructure Palantir utilise-t-il ?",
    "jeff bezos il est marié ?",
    "Amazon et ses employés sont-ils fâchés ?",
    "Les outils que Palantir utilise, qui les a fabriqués ?",
    "Does Palantir use AWS, and who owns it?",
    "Which tools that Amazon sells are used by their staff?",
    "C'est quoi AWS ?",
    "sa c'est quoi aws",
    "ICE ça veut dire quoi",
    "C'est Google qui a vendu quoi ?",
    "Il y a combien de salariés ?",
    "Faut-il rompre avec Palantir ?",
    "Que s'est-il passé en juin ?",
    "Que s'est-il passé cette semaine ?",
    "Is it true that Palantir uses AWS?",
    "Is there any oversight?",
    "Et Google a-t-il signé un contrat avec la défense ?",
    "Mais qui a écrit la lettre ?",
    "Rekognition",
    "Palantir surveillance immigration",
    "c'est quoi cette histoire avec amazon ?",
    "D'où vient la musique chaouie ?",
    "Ou se situe l'autorité du roi ?",
    "Qui abandonne ses principes en 1987 ?",
    "Qui donne son pouvoir à Paul ?",
    "Qu'est-ce-que c'est le asen ?",
    "Il est illégal de faire quoi sous l'eau ?",
    "quand y a t il le plus de monde",
    "qui s'en sert (Palantir) ?",
]


def test_what_leans_is_read_with_what_it_leans_on() -> None:
    read = [(before, q, complete(q, [before]) or "") for before, q, _ in LEANING]
    assert [each for each in read if each not in LEANING] == []


def test_what_stands_by_itself_is_never_bent() -> None:
    before = ["Qui dirige Microsoft ?", "Why is the policy criticised?"]
    assert {q: bent for q in STANDING if (bent := complete(q, before))} == {}


def test_questions_of_the_seeds_that_were_asked_alone_stand_but_for_open_pronouns() -> None:
    lines = (SEEDS / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    alone = [q for q in map(json.loads, lines) if "before" not in q and q["kind"] != "other-words"]
    bent = [q["question"] for q in alone if complete(q["question"], ["Qui est Bob ?"])]
    assert len(alone) > 250
    assert bent == []


@pytest.mark.skipif(not SETS.is_dir(), reason="the labelled sets are not beside the project")
def test_of_questions_that_people_asked_alone_only_those_with_an_open_pronoun_lean() -> None:
    leaning = {
        name: [q for q in asked_in(name) if complete(q, ["Qui est Bob ?"])]
        for name in ("piaf_dev", "afriqa_dev")
    }
    assert len(leaning["afriqa_dev"]) <= 1  # of 885
    assert len(leaning["piaf_dev"]) <= 97  # of 3,441, whose writers had the text before them
    pronouns = re.compile(r"\b(?:ils?|elles?|lui|leurs?|l|s(?:on|a|es)|ce(?:t|tte|s)?)\b")
    others = [question for question in leaning["piaf_dev"] if not pronouns.search(fold(question))]
    assert others == ["quels sporocarpes"]


def asked_in(name: str) -> list[str]:
    lines = (SETS / name / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines]


def test_nothing_leans_when_nothing_was_asked_before() -> None:
    assert complete("et Google ?", []) is None
    assert complete("et Google ?", ["", " ?"]) is None


def test_a_third_question_leans_on_what_the_second_one_meant() -> None:
    before = ["Pourquoi Microsoft est critiqué ?", "et Google ?"]
    assert complete("et Amazon ?", before) == "Pourquoi Amazon est critiqué ?"


def test_two_things_are_those_of_the_last_two_questions() -> None:
    before = ["c quoi rekognition", "et aws ?"]
    found = complete("quelle est la différence entre les deux ?", before)
    assert found == "quelle est la différence entre les deux (rekognition, aws) ?"


def test_the_noun_of_an_ordinal_is_not_what_a_name_takes_the_place_of() -> None:
    found = complete("et Google ?", ["Quel est le second grief des salariés ?"])
    assert found == "Google (Quel est le second grief des salariés) ?"


def test_a_third_question_changes_what_the_second_leant_on() -> None:
    asked = "Pourquoi Amazon est-il critiqué en France ?"
    found = complete("et l'Italie ?", [asked, "par qui ?"])
    assert found == "par qui (Pourquoi Amazon est-il critiqué en Italie) ?"
    assert complete("et Palantir ?", ["Qu'est-ce que Rekognition ?", "qui l'utilise ?"]) == (
        "qui l'utilise (Palantir) ?"
    )


def test_what_is_like_nothing_in_the_second_question_stands_beside_it() -> None:
    found = complete("and Amazon?", ["what did the employees ask for?", "Why?"])
    assert found == "Why (Amazon, what did the employees ask for)?"


def test_nothing_leans_on_thanks_and_greetings() -> None:
    assert complete("et Google ?", ["bonjour", "merci !"]) is None


@given(
    st.one_of(st.text(max_size=60), st.sampled_from([q for _, q, _ in LEANING])),
    st.lists(st.text(max_size=60), max_size=3),
)
@settings(deadline=None)
def test_whatever_is_asked_stands_by_itself_once_it_was_completed(
    question: str, before: list[str]
) -> None:
    found = complete(question, before)
    assert found is None or found.endswith("?")


def test_a_question_of_the_greatest_length_is_read_in_a_moment() -> None:
    began = time.process_time()
    complete("et " * 330, ["le la " * 160, "et de la " * 100])
    assert time.process_time() - began < 0.2
