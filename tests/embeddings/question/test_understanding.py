"""Dates and sources in a question's words: what is understood, and what must not be."""

from __future__ import annotations

import time
import unicodedata
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from embeddings.question.understanding import Meaning, find_stranger, understand
from embeddings.types import Filters

TODAY = date(2018, 7, 4)  # a Wednesday
SOURCES = (
    "ISSMI",
    "Le Monde",
    "Le Monde diplomatique",
    "La Croix",
    "Nature",
    "The Guardian",
    "AFP",
    "BBC News",
    "Lucie Ferrand",
)


def asked(question: str, today: date = TODAY) -> Meaning:
    return understand(question, today, SOURCES)


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


# question, since, until (empty: open), and the words that were understood
FRENCH = [
    ("Que s'est-il passé ces deux semaines ?", "2018-06-20", "2018-07-04", "ces deux semaines"),
    ("Qu'a-t-on dit voilà deux ans ?", "2016-01-01", "2016-12-31", "voilà deux ans"),
    ("Le pont est-il fermé depuis lundi ?", "2018-07-02", "", "depuis lundi"),
    ("Que sait-on depuis l'automne ?", "2017-09-01", "", "depuis l'automne"),
    ("Que s'est-il passé hier ?", "2018-07-03", "2018-07-03", "hier"),
    ("Que s'est-il passé avant-hier ?", "2018-07-02", "2018-07-02", "avant-hier"),
    ("Qu'a dit Amazon avant hier ?", "2018-07-02", "2018-07-02", "avant hier"),
    ("Que dit-on aujourd'hui ?", "2018-07-04", "2018-07-04", "aujourd'hui"),
    ("Aujourd’hui, que dit-on ?", "2018-07-04", "2018-07-04", "Aujourd’hui"),
    ("Qui a parlé ce matin ?", "2018-07-04", "2018-07-04", "ce matin"),
    ("Qu'a fait Amazon la semaine dernière ?", "2018-06-25", "2018-07-01", "la semaine dernière"),
    ("la semaine derniere", "2018-06-25", "2018-07-01", "la semaine derniere"),
    ("LA SEMAINE PASSÉE ?", "2018-06-25", "2018-07-01", "LA SEMAINE PASSÉE"),
    ("Qui a signé cette semaine ?", "2018-07-02", "2018-07-04", "cette semaine"),
    ("Et ce mois-ci ?", "2018-07-01", "2018-07-04", "ce mois-ci"),
    ("le mois dernier, qui a protesté ?", "2018-06-01", "2018-06-30", "le mois dernier"),
    ("L'incendie du mois dernier", "2018-06-01", "2018-06-30", "du mois dernier"),
    ("Qui a gagné l'an dernier ?", "2017-01-01", "2017-12-31", "l'an dernier"),
    ("Qui a gagné l’année dernière ?", "2017-01-01", "2017-12-31", "l’année dernière"),
    ("l'année passée", "2017-01-01", "2017-12-31", "l'année passée"),
    ("Combien de morts cette année ?", "2018-01-01", "2018-07-04", "cette année"),
    ("Qui a écrit il y a trois jours ?", "2018-07-01", "2018-07-01", "il y a trois jours"),
    ("Qui a écrit il y a 10 jours ?", "2018-06-18", "2018-06-24", "il y a 10 jours"),
    ("Il y a deux semaines ?", "2018-06-18", "2018-06-24", "Il y a deux semaines"),
    ("Qui a écrit il y a six mois ?", "2018-01-01", "2018-01-31", "il y a six mois"),
    ("Qui a écrit il y a deux ans ?", "2016-01-01", "2016-12-31", "il y a deux ans"),
    ("Quoi ces trois derniers jours ?", "2018-07-01", "2018-07-04", "ces trois derniers jours"),
    ("au cours des deux dernières semaines", "2018-06-20", "2018-07-04",
     "au cours des deux dernières semaines"),
    ("dans les 6 derniers mois", "2018-01-04", "2018-07-04", "dans les 6 derniers mois"),
    ("Que s'est-il passé en juin 2018 ?", "2018-06-01", "2018-06-30", "en juin 2018"),
    ("Que s'est-il passé en juin ?", "2018-06-01", "2018-06-30", "en juin"),
    ("Que s'est-il passé en Mars ?", "2018-03-01", "2018-03-31", "en Mars"),
    ("Et en août ?", "2017-08-01", "2017-08-31", "en août"),
    ("Et en aout 2017 ?", "2017-08-01", "2017-08-31", "en aout 2017"),
    ("Et en juillet ?", "2018-07-01", "2018-07-04", "en juillet"),
    ("en février 2016", "2016-02-01", "2016-02-29", "en février 2016"),
    ("Quoi le mois de juin 2018 ?", "2018-06-01", "2018-06-30", "le mois de juin 2018"),
    ("Quoi le deux mars 2017 ?", "2017-03-02", "2017-03-02", "le deux mars 2017"),
    ("autour du 3 mars 2017", "2017-03-03", "2017-03-03", "autour du 3 mars 2017"),
    ("aux alentours du 3 mars 2017", "2017-03-03", "2017-03-03", "aux alentours du 3 mars 2017"),
    ("en sept. 2017", "2017-09-01", "2017-09-30", "en sept. 2017"),
    ("au mois de mai 2018", "2018-05-01", "2018-05-31", "au mois de mai 2018"),
    ("au cours du mois de mai", "2018-05-01", "2018-05-31", "au cours du mois de mai"),
    ("en juin dernier", "2018-06-01", "2018-06-30", "en juin dernier"),
    ("En juillet dernier ?", "2017-07-01", "2017-07-31", "En juillet dernier"),
    ("en mai de l'année dernière", "2017-05-01", "2017-05-31", "en mai de l'année dernière"),
    ("Qui a démissionné depuis mars ?", "2018-03-01", "", "depuis mars"),
    ("depuis le 3 mars 2018", "2018-03-03", "", "depuis le 3 mars 2018"),
    ("à partir du 1er mars 2018", "2018-03-01", "", "à partir du 1er mars 2018"),
    ("Quoi de neuf depuis lundi ?", "2018-07-02", "", "depuis lundi"),
    ("Qu'a dit Bezos lundi dernier ?", "2018-07-02", "2018-07-02", "lundi dernier"),
    ("Que s'est-il passé lundi ?", "2018-07-02", "2018-07-02", "lundi"),
    ("Combien de trains roulaient lundi ?", "2018-07-02", "2018-07-02", "lundi"),
    ("Qui manifestait lundi soir ?", "2018-07-02", "2018-07-02", "lundi"),
    ("Qui a été arrêté mercredi matin à Lyon ?", "2018-06-27", "2018-06-27", "mercredi"),
    ("Que s'est-il passé ce mercredi ?", "2018-07-04", "2018-07-04", "ce mercredi"),
    ("Lundi, qu'a dit Bezos ?", "2018-07-02", "2018-07-02", "Lundi"),
    ("Qui est mort samedi ?", "2018-06-30", "2018-06-30", "samedi"),
    ("Qu'a dit Bezos à la réunion de samedi ?", "2018-06-30", "2018-06-30", "de samedi"),
    ("Qu'a dit le maire avant lundi ?", "", "2018-07-01", "avant lundi"),
    ("Qu'a dit Bezos lundi 2 juillet ?", "2018-07-02", "2018-07-02", "lundi 2 juillet"),
    ("Qu'a annoncé Amazon depuis trois mois ?", "2018-04-04", "2018-07-04", "depuis trois mois"),
    ("Depuis une semaine, qui a signé ?", "2018-06-27", "2018-07-04", "Depuis une semaine"),
    ("Quoi ces deux dernières semaines ?", "2018-06-20", "2018-07-04",
     "ces deux dernières semaines"),
    ("Quoi depuis la semaine dernière ?", "2018-06-25", "", "depuis la semaine dernière"),
    ("Quoi depuis hier ?", "2018-07-03", "", "depuis hier"),
    ("depuis le début de l'année", "2018-01-01", "", "depuis le début de l'année"),
    ("Quoi depuis 2017 ?", "2017-01-01", "", "depuis 2017"),
    ("depuis fin 2017", "2017-09-01", "", "depuis fin 2017"),
    ("Qu'a-t-on dit avant le 12 mai ?", "", "2018-05-11", "avant le 12 mai"),
    ("Quoi avant 2018 ?", "", "2017-12-31", "avant 2018"),
    ("Quoi après juin 2017 ?", "2017-07-01", "", "après juin 2017"),
    ("jusqu'en avril 2017", "", "2017-04-30", "jusqu'en avril 2017"),
    ("jusqu’au 12 mai", "", "2018-05-12", "jusqu’au 12 mai"),
    ("entre mars et juin 2018", "2018-03-01", "2018-06-30", "entre mars et juin 2018"),
    ("entre novembre et mars 2018", "2017-11-01", "2018-03-31", "entre novembre et mars 2018"),
    ("entre 2016 et 2017", "2016-01-01", "2017-12-31", "entre 2016 et 2017"),
    ("entre fin 2016 et début 2018", "2016-09-01", "2018-04-30", "entre fin 2016 et début 2018"),
    ("de mars à juin 2018", "2018-03-01", "2018-06-30", "de mars à juin 2018"),
    ("en 2016 et en 2017", "2016-01-01", "2017-12-31", "en 2016 et en 2017"),
    ("en mai et juin", "2018-05-01", "2018-06-30", "en mai et juin"),
    ("du 3 au 12 mars 2018", "2018-03-03", "2018-03-12", "du 3 au 12 mars 2018"),
    ("entre le 3 et le 12 mars", "2018-03-03", "2018-03-12", "entre le 3 et le 12 mars"),
    ("du 28 février au 5 mars 2018", "2018-02-28", "2018-03-05", "du 28 février au 5 mars 2018"),
    ("de mars à aujourd'hui", "2018-03-01", "2018-07-04", "de mars à aujourd'hui"),
    ("Que s'est-il passé le 22 juin 2018 ?", "2018-06-22", "2018-06-22", "le 22 juin 2018"),
    ("le vendredi 22 juin", "2018-06-22", "2018-06-22", "le vendredi 22 juin"),
    ("le 29 février", "2016-02-29", "2016-02-29", "le 29 février"),
    ("Amazon 22/06/2018", "2018-06-22", "2018-06-22", "22/06/2018"),
    ("Amazon 03.04.2018", "2018-04-03", "2018-04-03", "03.04.2018"),
    ("Amazon le 22/06", "2018-06-22", "2018-06-22", "le 22/06"),
    ("Qui a gagné en 2017 ?", "2017-01-01", "2017-12-31", "en 2017"),
    ("Qui a gagné en 2018 ?", "2018-01-01", "2018-07-04", "en 2018"),
    ("au cours de l'année 2017", "2017-01-01", "2017-12-31", "au cours de l'année 2017"),
    ("Amazon fin 2017", "2017-09-01", "2017-12-31", "fin 2017"),
    ("à la fin de l'année dernière", "2017-09-01", "2017-12-31", "à la fin de l'année dernière"),
    ("Amazon début juin 2018", "2018-06-01", "2018-06-10", "début juin 2018"),
    ("Amazon mi-juin 2018", "2018-06-11", "2018-06-20", "mi-juin 2018"),
    ("Amazon fin juin", "2018-06-21", "2018-06-30", "fin juin"),
    ("au printemps 2018", "2018-03-01", "2018-05-31", "au printemps 2018"),
    ("pendant l'été 2017", "2017-06-01", "2017-08-31", "pendant l'été 2017"),
    ("les articles de juin 2018", "2018-06-01", "2018-06-30", "articles de juin 2018"),
    ("Que dit l'article du 22 juin 2018 ?", "2018-06-22", "2018-06-22",
     "article du 22 juin 2018"),
    ("Qu'a-t-il dit le 3 mai dernier ?", "2018-05-03", "2018-05-03", "le 3 mai dernier"),
    ("Qu'a-t-on signé, si ce n'est qu'en mai ?", "2018-05-01", "2018-05-31", "en mai"),
    ("les nouvelles d'hier", "2018-07-03", "2018-07-03", "nouvelles d'hier"),
    ("Quoi depuis le 1er janvier ?", "2018-01-01", "", "depuis le 1er janvier"),
    ("Quoi depuis le 1er mai ?", "2018-05-01", "", "depuis le 1er mai"),
    ("Quoi avant le 1er mai ?", "", "2018-04-30", "avant le 1er mai"),
    ("Quoi depuis le 14 juillet ?", "2017-07-14", "", "depuis le 14 juillet"),
    ("Quoi après le 11 novembre ?", "2017-11-12", "", "après le 11 novembre"),
    ("Quoi jusqu'au 8 mai ?", "", "2018-05-08", "jusqu'au 8 mai"),
    ("à partir du premier janvier", "2018-01-01", "", "à partir du premier janvier"),
    ("Qu'a-t-on dit le premier juin 2018 ?", "2018-06-01", "2018-06-01", "le premier juin 2018"),
    ("Qu'a-t-on dit le 22/06/18 ?", "2018-06-22", "2018-06-22", "le 22/06/18"),
    ("Qu'a-t-on dit le 22.06.18 ?", "2018-06-22", "2018-06-22", "le 22.06.18"),
    ("depuis le 22/06/18", "2018-06-22", "", "depuis le 22/06/18"),
    ("Qui a signé le 22 juin 18 à Brive ?", "2018-06-22", "2018-06-22", "le 22 juin 18"),
    ("Qui a signé depuis le 1er mars 18 ?", "2018-03-01", "", "depuis le 1er mars 18"),
    ("Qui a signé le 22/6 ?", "2018-06-22", "2018-06-22", "le 22/6"),
    ("Quoi le week-end dernier ?", "2018-06-30", "2018-07-01", "le week-end dernier"),
    ("Quoi ce weekend ?", "2018-06-30", "2018-07-01", "ce weekend"),
    ("Quoi depuis le week-end dernier ?", "2018-06-30", "", "depuis le week-end dernier"),
    ("Quoi au premier trimestre 2018 ?", "2018-01-01", "2018-03-31", "au premier trimestre 2018"),
    ("au 2e trimestre 2017", "2017-04-01", "2017-06-30", "au 2e trimestre 2017"),
    ("Quoi au T3 2017 ?", "2017-07-01", "2017-09-30", "au T3 2017"),
    ("au premier trimestre", "2018-01-01", "2018-03-31", "au premier trimestre"),
    ("au second semestre 2017", "2017-07-01", "2017-12-31", "au second semestre 2017"),
    ("depuis le dernier trimestre 2017", "2017-10-01", "", "depuis le dernier trimestre 2017"),
    ("Quoi l'été dernier ?", "2017-06-01", "2017-08-31", "l'été dernier"),
    ("Quoi au trimestre dernier ?", "2018-04-01", "2018-06-30", "au trimestre dernier"),
    ("Le semestre dernier, quoi ?", "2018-01-01", "2018-06-30", "Le semestre dernier"),
    ("Quoi ce trimestre ?", "2018-07-01", "2018-07-04", "ce trimestre"),
    ("dans la première moitié de 2017", "2017-01-01", "2017-06-30",
     "dans la première moitié de 2017"),
    ("Quoi la semaine du 18 juin 2018 ?", "2018-06-18", "2018-06-24", "la semaine du 18 juin 2018"),
    ("Quoi avant le 14 juillet dernier ?", "", "2017-07-13", "avant le 14 juillet dernier"),
    ("Les articles du 1er juin au 15 juin 2018 ?", "2018-06-01", "2018-06-15",
     "articles du 1er juin au 15 juin 2018"),
    ("Quoi cet hiver ?", "2017-12-01", "2018-02-28", "cet hiver"),
    ("Qu'a-t-il dit hier soir ?", "2018-07-03", "2018-07-03", "hier"),
    ("Quoi cet été ?", "2018-06-01", "2018-07-04", "cet été"),
    ("Quoi l'hiver dernier ?", "2017-12-01", "2018-02-28", "l'hiver dernier"),
    ("pendant l'hiver 2016-2017", "2016-12-01", "2017-02-28", "pendant l'hiver 2016-2017"),
    ("Quoi dans les années 2010 ?", "2010-01-01", "2018-07-04", "dans les années 2010"),
    ("Quoi depuis les années 2000 ?", "2000-01-01", "", "depuis les années 2000"),
    ("au cours des années 2010", "2010-01-01", "2018-07-04", "au cours des années 2010"),
    ("à la fin des années 2000", "2006-01-01", "2009-12-31", "à la fin des années 2000"),
    ("entre l'été 2016 et l'hiver 2017", "2016-06-01", "2017-02-28",
     "entre l'été 2016 et l'hiver 2017"),
    ("Quoi le premier mai dernier ?", "2018-05-01", "2018-05-01", "le premier mai dernier"),
    ("Quoi le 2/6/18 ?", "2018-06-02", "2018-06-02", "le 2/6/18"),
    ("Amazon juin 2018", "2018-06-01", "2018-06-30", "juin 2018"),
    ("Amazon 22 juin 2018", "2018-06-22", "2018-06-22", "22 juin 2018"),
]  # fmt: skip
ENGLISH = [
    ("Who opened fire on Monday?", "2018-07-02", "2018-07-02", "on Monday"),
    ("Which roads were closed on Monday?", "2018-07-02", "2018-07-02", "on Monday"),
    ("What happened this past week?", "2018-06-27", "2018-07-04", "this past week"),
    ("Who runs the port since Monday?", "2018-07-02", "", "since Monday"),
    ("Who resigned since the autumn?", "2017-09-01", "", "since the autumn"),
    ("Who was for it as early as June 2018?", "2018-06-01", "", "as early as June 2018"),
    ("What happened yesterday?", "2018-07-03", "2018-07-03", "yesterday"),
    ("What happened the day before yesterday?", "2018-07-02", "2018-07-02",
     "the day before yesterday"),
    ("What is new today?", "2018-07-04", "2018-07-04", "today"),
    ("What did Amazon do last week?", "2018-06-25", "2018-07-01", "last week"),
    ("What did Amazon do this week?", "2018-07-02", "2018-07-04", "this week"),
    ("Last month, who protested?", "2018-06-01", "2018-06-30", "Last month"),
    ("Who won last year?", "2017-01-01", "2017-12-31", "last year"),
    ("Who won this year?", "2018-01-01", "2018-07-04", "this year"),
    ("Who wrote three days ago?", "2018-07-01", "2018-07-01", "three days ago"),
    ("Who wrote two weeks ago?", "2018-06-18", "2018-06-24", "two weeks ago"),
    ("Who wrote a month ago?", "2018-06-01", "2018-06-30", "a month ago"),
    ("News over the past two weeks?", "2018-06-20", "2018-07-04", "over the past two weeks"),
    ("Who left in the last 3 days?", "2018-07-01", "2018-07-04", "in the last 3 days"),
    ("Who left in the past year?", "2017-07-04", "2018-07-04", "in the past year"),
    ("Who resigned since March?", "2018-03-01", "", "since March"),
    ("Who resigned since march 2018?", "2018-03-01", "", "since march 2018"),
    ("What is new since Monday?", "2018-07-02", "", "since Monday"),
    ("What did he say on Monday?", "2018-07-02", "2018-07-02", "on Monday"),
    ("What happened Monday?", "2018-07-02", "2018-07-02", "Monday"),
    ("What did Bezos say Tuesday night?", "2018-07-03", "2018-07-03", "Tuesday"),
    ("What has changed over the last three months?", "2018-04-04", "2018-07-04",
     "over the last three months"),
    ("What did he say last Wednesday?", "2018-06-27", "2018-06-27", "last Wednesday"),
    ("since the beginning of the year", "2018-01-01", "", "since the beginning of the year"),
    ("Who left before May 12, 2018?", "", "2018-05-11", "before May 12, 2018"),
    ("Who left before May?", "", "2018-04-30", "before May"),
    ("Who left after June 2017?", "2017-07-01", "", "after June 2017"),
    ("Who left until 3 March 2018?", "", "2018-03-03", "until 3 March 2018"),
    ("between March and June 2018", "2018-03-01", "2018-06-30", "between March and June 2018"),
    ("between 3 and 12 March 2018", "2018-03-03", "2018-03-12", "between 3 and 12 March 2018"),
    ("from March 3 to 12, 2018", "2018-03-03", "2018-03-12", "from March 3 to 12, 2018"),
    ("from March 30 to April 2, 2018", "2018-03-30", "2018-04-02",
     "from March 30 to April 2, 2018"),
    ("from 2016 to 2017", "2016-01-01", "2017-12-31", "from 2016 to 2017"),
    ("from March 2018 onwards", "2018-03-01", "", "from March 2018 onwards"),
    ("What happened in June 2018?", "2018-06-01", "2018-06-30", "in June 2018"),
    ("What happened in June?", "2018-06-01", "2018-06-30", "in June"),
    ("What happened in May?", "2018-05-01", "2018-05-31", "in May"),
    ("in June last year", "2017-06-01", "2017-06-30", "in June last year"),
    ("Who left last July?", "2017-07-01", "2017-07-31", "last July"),
    ("on 22 June 2018", "2018-06-22", "2018-06-22", "on 22 June 2018"),
    ("on the 22nd of June", "2018-06-22", "2018-06-22", "on the 22nd of June"),
    ("on Friday, June 22, 2018", "2018-06-22", "2018-06-22", "on Friday, June 22, 2018"),
    ("Amazon 2018-06-22", "2018-06-22", "2018-06-22", "2018-06-22"),
    ("on 06/22/2018", "2018-06-22", "2018-06-22", "on 06/22/2018"),
    ("on 06/07/2017", "2017-07-06", "2017-07-06", "on 06/07/2017"),
    ("Who won in 2017?", "2017-01-01", "2017-12-31", "in 2017"),
    ("in Sept 2017", "2017-09-01", "2017-09-30", "in Sept 2017"),
    ("since 3 Sept 2017", "2017-09-03", "", "since 3 Sept 2017"),
    ("late 2017", "2017-09-01", "2017-12-31", "late 2017"),
    ("at the end of last year", "2017-09-01", "2017-12-31", "at the end of last year"),
    ("in early June 2018", "2018-06-01", "2018-06-10", "in early June 2018"),
    ("in mid-June", "2018-06-11", "2018-06-20", "in mid-June"),
    ("in the spring of 2018", "2018-03-01", "2018-05-31", "in the spring of 2018"),
    ("stories from June 2018", "2018-06-01", "2018-06-30", "stories from June 2018"),
    ("since the first of January", "2018-01-01", "", "since the first of January"),
    ("since January 1st", "2018-01-01", "", "since January 1st"),
    ("before the 4th of July", "", "2018-07-03", "before the 4th of July"),
    ("on the first of June 2018", "2018-06-01", "2018-06-01", "on the first of June 2018"),
    ("What happened over the weekend?", "2018-06-30", "2018-07-01", "over the weekend"),
    ("What happened last weekend?", "2018-06-30", "2018-07-01", "last weekend"),
    ("in Q1 2018", "2018-01-01", "2018-03-31", "in Q1 2018"),
    ("in the first quarter of 2018", "2018-01-01", "2018-03-31", "in the first quarter of 2018"),
    ("since last quarter", "2018-04-01", "", "since last quarter"),
    ("in the second half of 2017", "2017-07-01", "2017-12-31", "in the second half of 2017"),
    ("What happened last summer?", "2017-06-01", "2017-08-31", "last summer"),
    ("in the 2010s", "2010-01-01", "2018-07-04", "in the 2010s"),
]  # fmt: skip
NOTHING = [
    # each week, each year
    "Is it open from Monday to Friday?",
    "Is it closed on Sunday?",
    "Are buses running Monday through Saturday?",
    "Le musée est-il ouvert du mardi au dimanche ?",
    "Que fait-on le mardi à la mairie ?",
    "What is on Tuesday nights?",
    "Depuis quand le musée est-il fermé le lundi ?",
    "Que mange-t-on à Noël ?",
    "Est-ce fermé en été ?",
    # no date at all, and figures that are none
    "Qu'est-ce que Rekognition ?",
    "Qui sont les 3 employés ?",
    "Pourquoi 12 % des salariés ?",
    "Que dit l'article 19/5 ?",
    "Que dit l'article 49.3 ?",
    "Où sont les 2018 employés ?",
    "Qui gagne en 2018 euros ?",
    "Résumez en 2000 mots",
    "Que vaut Rekognition 2018 ?",
    "Que dit la version 10.06.2018.3 ?",
    "Que fait l'équipe 24/7 ?",
    "Le journal de 19/20",
    "Qui a signé les 3/4 des lettres ?",
    # names, planets, verbs and nouns that are also months or days
    "Qui est Avril Lavigne ?",
    "Que sait-on depuis Avril Lavigne ?",
    "Y a-t-il de l'eau sur Mars ?",
    "Que voit-on depuis Mars ?",
    "What was found in Mars?",
    "What did Theresa May say?",
    "Who leads since May resigned?",
    "Is there confidence in May?",
    "Who may sign the letter?",
    "Qui organise la Marche ?",
    "What happened before March Madness?",
    "What is Black Friday?",
    "Le lundi est-il férié ?",
    "Qui est le robinson de Vendredi ?",
    "Qui vend la ville de demain ?",
    "Who owns USA Today?",
    "Who presents Last Week Tonight?",
    "Depuis mardi gras ?",
    "Que s'est-il passé le lundi de Pentecôte ?",
    "Qui a fermé dimanche des Rameaux ?",
    "What did the Sunday Times write?",
    "Qu'a écrit le Journal du Dimanche ?",
    "Qu'a vendu Amazon pour le black friday ?",
    "Robinson et Vendredi ont-ils quitté l'île ?",
    "Mercredi a-t-il été renouvelé ?",
    "Did Wednesday Addams win?",
    "Le musée a-t-il été ouvert du lundi au vendredi ?",
    "Comment dit-on dimanche en wolof ?",
    "Qui a gouverné dans la deuxième moitié du XVIIIe siècle ?",
    # eras, and days that are events
    "Que s'est-il passé pendant la Seconde Guerre mondiale ?",
    "Que s'est-il passé dans les années 40 ?",
    "Que s'est-il passé en mai 68 ?",
    "Que s'est-il passé en mai 1968 ?",
    "Qui utilisait IBM en 1943 ?",
    "What happened in the 1940s?",
    "Qui a gagné en 1968, 1969 et 1970 ?",
    "Que s'est-il passé le 11 septembre ?",
    "Que s'est-il passé le 14 juillet 1789 ?",
    "Who wrote the Declaration on July 4?",
    "Les attentats du 13 novembre 2015",
    "Quelle équipe lors de la saison 2017-2018 ?",
    "Quelle équipe lors de la saison 2011/12 ?",
    # years to come
    "Que prévoit-on en 2030 ?",
    "Que fera-t-on d'ici fin 2018 ?",
    # part of something else, or about years
    "Le monde d'hier est-il perdu ?",
    "What did she do in her last year?",
    "What happened more than three years ago?",
    "Les trois derniers jours de la campagne ?",
    "Quel est aujourd'hui le patron d'Amazon ?",
    "Il y a 5 jours fériés en tout ?",
    "What happened in the last week of the war?",
    "Who signed in the last days?",
    "Quelle différence en 2018 par rapport à 2014 ?",
]


UNREAD = {
    # a day of the story's, of the question before, or of nobody knows when
    "Que devient-on à cette semaine-là ?": ("cette semaine-là",),
    "Combien d'habitants cette année-là ?": ("cette année-là",),
    "Qu'a-t-on appris ces jours-ci ?": ("ces jours-ci",),
    "Qu'a dit la maire l'année suivante ?": ("l'année suivante",),
    "What was said the previous year?": ("the previous year",),
    "What happened the week before last?": ("the week before last",),
    "Que s'est-il passé la veille ?": ("la veille",),
    "Qu'a-t-on appris récemment ?": ("récemment",),
    "What has been announced recently?": ("recently",),
    "Qu'a-t-on dit ce soir ?": ("ce soir",),
    "Qu'a-t-on dit mardi en huit ?": ("mardi en huit",),
    "What happened over the last fortnight?": ("over the last fortnight",),
    "Qui a gagné à Noël ?": ("à Noël",),
    "Que s'est-il passé pendant les vacances ?": ("pendant les vacances",),
    "What happened in the summer?": ("in the summer",),
    "Who is speaking on Monday?": ("on Monday",),
    # no such day
    "Que s'est-il passé le 31 avril 2018 ?": ("le 31 avril 2018",),
    "Que s'est-il passé le 29 février 2018 ?": ("le 29 février 2018",),
    "Que s'est-il passé le 31/02/2018 ?": ("le 31/02/2018",),
    "Quoi depuis le 45 mars 2018 ?": ("depuis le 45 mars 2018",),
    "Quoi depuis le 45/13/2018 ?": ("depuis le 45/13/2018",),
    "What is new since June 31?": ("since June 31",),
    # days to come, and ranges that end before they begin
    "Que faire lundi prochain ?": ("lundi prochain",),
    "Que fait-on du lait lundi ?": ("lundi",),
    "Qui viendrait lundi ?": ("lundi",),
    "Qui joue la semaine prochaine au stade ?": ("la semaine prochaine",),
    "Que dit-on du mois prochain ?": ("du mois prochain",),
    "Qui vote dans les trois prochains jours ?": ("les trois prochains jours",),
    "Qui signera demain ?": ("demain",),
    "Who will sign next Monday?": ("next Monday",),
    "Who will sign tomorrow?": ("tomorrow",),
    "Qui joue dimanche ?": ("dimanche",),
    "Qu'a-t-on prévu pour lundi ?": ("lundi",),
    "Qu'a dit le maire de la fête qui aura lieu samedi ?": ("samedi",),
    "What will happen on Monday?": ("on Monday",),
    "Que se passera-t-il en juin 2019 ?": ("en juin 2019",),
    "Que fera-t-on en juin prochain ?": ("en juin prochain",),
    "What will happen after 2018?": ("after 2018",),
    "Quoi depuis juin 2030 ?": ("depuis juin 2030",),
    "Que doit-on rendre avant septembre ?": ("avant septembre",),
    "entre juin 2018 et mars 2018": ("entre juin 2018 et mars 2018",),
    "Qui a gagné hier ce qui fut perdu en 2016 ?": ("hier", "en 2016"),
    # lists, which are no one stretch
    "Qui a signé en janvier ou février 2018 ?": ("en janvier ou février 2018",),
    "Qui a signé en janvier, février et mars 2018 ?": ("en janvier, février et mars 2018",),
    "Qui a signé jeudi et vendredi ?": ("jeudi et vendredi",),
    "Qui a gagné en 2015, 2016 et 2017 ?": ("en 2015, 2016 et 2017",),
    "Que s'est-il passé de lundi à mercredi ?": ("de lundi à mercredi",),
    "What happened between Monday and Wednesday?": ("between Monday and Wednesday",),
    # days that are named, or too vague
    "Qui a signé depuis plusieurs mois ?": ("depuis plusieurs mois",),
    "Qui a signé depuis deux ou trois mois ?": ("depuis deux ou trois mois",),
    "Depuis 48 heures, qui a signé ?": ("Depuis 48 heures",),
    "Who signed over the last few weeks?": ("over the last few weeks",),
    "Qui dirigeait Amazon dans les années 90 ?": ("dans les années 90",),
    "Who led Amazon in the 90s?": ("the 90s",),
    "Qui a signé à Noël dernier ?": ("Noël dernier",),
    "Le 22 juin 18 employés ont-ils signé ?": ("Le 22 juin 18",),
    "Qui a signé depuis Pâques ?": ("depuis Pâques",),
    "Who signed before Christmas?": ("before Christmas",),
    "Qui a signé il y a quelques jours ?": ("il y a quelques jours",),
    "Who signed a few weeks ago?": ("a few weeks ago",),
}


def test_a_date_in_words_becomes_days_with_both_ends_included() -> None:
    expected = {
        question: Meaning(Filters(since=day(since), until=day(until)), (words,))
        for question, since, until, words in FRENCH + ENGLISH
    }
    assert {q: asked(q) for q in expected if asked(q) != expected[q]} == {}


def test_what_is_doubtful_is_no_filter() -> None:
    understood = {question: asked(question) for question in NOTHING}
    assert {q: found for q, found in understood.items() if found != Meaning(Filters())} == {}


def test_what_is_seen_as_days_and_cannot_be_followed_is_told() -> None:
    expected = {question: Meaning(Filters(), (), words) for question, words in UNREAD.items()}
    assert {q: asked(q) for q in expected if asked(q) != expected[q]} == {}


NAMED = [
    ("Que disent les ingénieurs selon ISSMI ?", "ISSMI", "selon ISSMI"),
    ("Selon issmi que dit la lettre ?", "ISSMI", "Selon issmi"),
    ("D’après Le Monde, qui a signé ?", "Le Monde", "D’après Le Monde"),
    ("d'après le monde, qui a signé ?", "Le Monde", "d'après le monde"),
    ("selon le Monde diplomatique", "Le Monde diplomatique", "selon le Monde diplomatique"),
    ("Who signed, according to the ISSMI?", "ISSMI", "according to the ISSMI"),
    ("according to the guardian, who signed?", "The Guardian", "according to the guardian"),
    ("Que dit le Guardian sur la lettre ?", "The Guardian", "le Guardian"),
    ("What does the Guardian say about it?", "The Guardian", "the Guardian"),
    ("selon le Guardian", "The Guardian", "selon le Guardian"),
    ("selon l'AFP, combien ?", "AFP", "selon l'AFP"),
    ("Qui a signé dans Le Monde ?", "Le Monde", "dans Le Monde"),
    ("in Le Monde's stories", "Le Monde", "in Le Monde's"),
    ("les articles du Monde", "Le Monde", "articles du Monde"),
    ("the stories from Nature", "Nature", "stories from Nature"),
    ("publié tout récemment par La Croix", "La Croix", "par La Croix"),
    ("published in Nature", "Nature", "in Nature"),
    ("Que dit l'article du Monde ?", "Le Monde", "article du Monde"),
    ("What does the BBC say about it?", "BBC News", "the BBC"),
    ("selon bbc news, combien ?", "BBC News", "selon bbc news"),
    ("Quels articles de Lucie Ferrand ?", "Lucie Ferrand", "articles de Lucie Ferrand"),
    ("les articles de lucie ferrand", "Lucie Ferrand", "articles de lucie ferrand"),
    ("Qu’a écrit Lucie Ferrand sur le port ?", "Lucie Ferrand", "Lucie Ferrand"),
]


def test_a_source_is_named_after_a_preposition() -> None:
    expected = {q: Meaning(Filters(source=source), (words,)) for q, source, words in NAMED}
    assert {q: asked(q) for q in expected if asked(q) != expected[q]} == {}


UNCLEAR = [
    "Qui est le plus riche dans le monde ?",
    "Que vit-on in nature?",
    "Que fait ISSMI ?",
    "Selon le monde diplomatique actuel",
    "Selon la croix rouge, combien ?",
    "Selon Nature Medicine, combien ?",
    "Selon ISSMIX ?",
    "Selon Reuters ?",
    "Selon Le Monde et La Croix, combien ?",
    "Selon ISSMI, et selon AFP ?",
    "Que devient le Monde ?",
    "Qui a vu Lucie Ferrand ?",
    "Que dit lucie ferrandine ?",
    "Que dit le monde de la culture ?",
    "What does Nature need?",
]


def test_words_that_are_not_clearly_one_source_are_none() -> None:
    sources = [source for source in SOURCES if "diplo" not in source]
    assert [q for q in UNCLEAR if understand(q, TODAY, sources).filters] == []


def test_a_name_that_is_cited_and_no_source_is_found() -> None:
    cited = {
        "Selon Libération, qui a signé ?": "Libération",
        "Qui a signé, d'après le New York Times ?": "New York Times",
        "What did Le Figaro say about it?": "Le Figaro",
        "Who signed, according to Reuters?": "Reuters",
        "Que dit Médiapart de Google ?": "Médiapart",
    }
    others = [
        "Selon Le Monde, qui a signé ?", "Selon Elul, qui a signé ?", "selon libération, qui ?",
        "What did the President say about it?", "Quel livre a été écrit par Apollinaire ?",
        "What did Bezos's staff say about it?", "Que veulent-ils selon eux ?", "D’après l’OMS ?",
    ]  # fmt: skip
    asked = [*cited, *others]
    found = {each: find_stranger(each, SOURCES) for each in asked}
    assert found == cited | dict.fromkeys(others, "")


def test_a_source_and_a_date_are_understood_together_in_their_order() -> None:
    found = asked("En juin 2018, selon ISSMI, qui a signé ?")
    expected = Filters(since=date(2018, 6, 1), until=date(2018, 6, 30), source="ISSMI")
    assert found == Meaning(expected, ("En juin 2018", "selon ISSMI"))


def test_two_dates_that_agree_narrow_together() -> None:
    found = asked("Qui a parlé depuis mars et avant le 12 mai ?")
    assert found.filters == Filters(since=date(2018, 3, 1), until=date(2018, 5, 11))


def test_what_the_words_ask_and_what_the_caller_gave_narrow_together_unless_they_cannot() -> None:
    said = asked("En juin 2018, selon ISSMI, qui a signé ?")
    given = Filters(since=date(2018, 6, 20), article_id="lettre")
    both = replace(said.filters, since=date(2018, 6, 20), article_id="lettre")
    assert said.within(given) == (replace(said, filters=both), ())
    for given in (Filters(since=date(2018, 7, 1)), Filters(source="AFP")):
        followed, (note,) = said.within(given)
        assert (followed, note.key) == (Meaning(given), "words-outside")
        assert note.values == {"words": "En juin 2018, selon ISSMI"}


def test_a_calendar_pasted_as_a_question_is_no_filter() -> None:
    assert asked("Et le 3 mars, " + "le 31 avril, " * 70) == Meaning(Filters())


def test_dates_seen_from_before_there_was_a_web_are_no_filter() -> None:
    assert asked("hier", date(1, 1, 1)) == Meaning(Filters())


def test_a_source_named_like_a_day_is_no_date() -> None:
    found = understand("Selon Aujourd'hui en France, qui ?", TODAY, ["Aujourd'hui en France"])
    assert found.filters == Filters(source="Aujourd'hui en France")


def test_accents_of_their_own_are_read_and_shown_as_they_were_written() -> None:
    words = unicodedata.normalize("NFD", "la semaine passée")
    assert asked(f"Quoi {words} ?").words == (words,)


def test_weeks_start_on_monday() -> None:
    on_monday, on_sunday = date(2018, 1, 1), date(2017, 1, 1)
    before = Filters(since=date(2017, 12, 25), until=date(2017, 12, 31))
    assert asked("last week", on_monday).filters == before
    before = Filters(since=date(2016, 12, 19), until=date(2016, 12, 25))
    assert asked("last week", on_sunday).filters == before


def test_months_ago_are_counted_across_years_and_short_months() -> None:
    found = asked("ces 3 derniers mois", date(2018, 5, 31))
    assert found.filters.since == date(2018, 2, 28)


PIECES = sorted(
    {w for q, *_ in FRENCH + ENGLISH for w in q.split()} | set(" ".join(NOTHING).split())
)
QUESTIONS = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join),
)


@given(QUESTIONS, st.dates(date(1985, 1, 1), date(2100, 1, 1)))
@settings(deadline=None, max_examples=300)
@example("٣ mars 2018 œuvré hier", TODAY)
def test_whatever_is_asked_the_filter_is_possible_and_the_words_are_the_questions(
    question: str, today: date
) -> None:
    found = asked(question, today)
    since, until = found.filters.since, found.filters.until
    assert (since or date.min) <= (until or today) <= today
    assert all(words and words in question for words in found.words)
    assert bool(found.words) == bool(found.filters)


@given(st.dates(date(1990, 1, 1), TODAY))
@settings(deadline=None, max_examples=60)
def test_any_past_day_written_in_full_is_that_day(when: date) -> None:
    months = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
    french = f"le {when.day} {months.split()[when.month - 1]} {when.year}"
    for written in (french, f"{when:%d/%m/%Y}", f"on {when:%B} {when.day}, {when.year}"):
        assert asked(written).filters == Filters(since=when, until=when)


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(2, 6))
@settings(deadline=None, max_examples=60)
def test_days_ago_are_counted_from_today(today: date, count: int) -> None:
    when = today - timedelta(count)
    assert asked(f"Quoi il y a {count} jours ?", today).filters == Filters(since=when, until=when)


def test_a_question_without_a_date_takes_a_fraction_of_an_empty_loop() -> None:
    """Where 25,000 turns of the loop take a fifth of a millisecond, it takes a quarter of that."""
    question = (
        "Pourquoi les ingénieurs d'Amazon demandent-ils à Jeff Bezos de rompre avec Palantir ?"
    )

    def loop() -> None:
        for _ in range(25_000):
            pass

    times: dict[str, list[float]] = {"asked": [], "loop": []}
    for _ in range(200):
        for name, do in (("asked", lambda: asked(question)), ("loop", loop)):
            started = time.process_time()
            do()
            times[name].append(time.process_time() - started)
    assert min(times["asked"]) < min(times["loop"])


def test_what_is_left_of_a_question_begins_with_a_word() -> None:
    whole = "D’après ISSMI, qui a écrit la lettre ?"
    assert asked(whole).rest_of(whole) == "qui a écrit la lettre ?"
