"""Boilerplate is never quoted; sentences that look like it are."""

from __future__ import annotations

from embeddings.text.boilerplate import fold, is_boilerplate

TITLE = fold("Amazon face à la grogne")


BOILERPLATE = [
    "61 rue Henri Barbusse 92110 Clichy Levallois",
    "12 bis, avenue de la République, 75011 Paris.",
    "ISSMI – 3 boulevard Voltaire",
    "350 Fifth Avenue, New York, NY 10118",
    "info@issmi.fr",
    "Contact : info@issmi.fr",
    "E-mail : info@issmi.fr – Tél. : 01 23 45 67 89.",
    "+33 (0)1 23 45 67 89",
    "https://example.org/une-page?x=1",
    "www.example.org",
    "ISSMI, trouver un job chez des grands comptes",
    "Un air de déjà vu",
    "Amazon face à la grogne",
    "AMAZON face à la « grogne »",
    "Amazon face à la grogne | Le Journal",
    "Amazon face à la grogne.",
    "## Un sous-titre qui est une phrase entière.",
    "**Un air de déjà vu**",
    "* * *",
    "<!-- À relire par le service juridique avant la publication du numéro de mars. -->",
    "![Le pont vu de la rive droite un matin d’hiver, avec deux cyclistes à son pied.](p.jpg)",
    "2018",
    "À lire aussi : Microsoft face à ses employés, une histoire qui dure depuis longtemps.",
    "Lire aussi Google renonce à son contrat avec le Pentagone.",
    "→ Voir aussi : notre dossier",
    "The post Bus gratuits appeared first on La Dépêche.",
    "L’article Bus gratuits est apparu en premier sur La Dépêche.",
    "Read also: Google drops its Pentagon contract.",
    "Read more: how it started, and where it may end.",
    "Related: a story",
    "© 2018 Le Journal. Tous droits réservés.",
    "Copyright 2018 The Paper. All rights reserved.",
    "Partager sur Facebook !",
    "Share this article on Twitter.",
    "Suivez-nous sur les réseaux sociaux !",
    "Suivez-nous, likez et partagez.",
    "Follow us, like us and share!",
    "Abonnez-vous à notre lettre !",
    "Subscribe to our newsletter!",
    "Par Jean Dupont, envoyé spécial à Washington, avec AFP – Publié le 22 juin 2018",
    "Publié le 22 juin 2018 à 10h32, mis à jour le 23 juin 2018 à 8h00 par la rédaction",
    "By Jane Doe",
    "Accueil | Politique | International | Société | Culture | Sport | Économie | Photos",
    "Photo : AFP",
    "Temps de lecture estimé : 3 minutes.",
    "Nous utilisons des cookies pour améliorer nos services.",
    "This copy is for your personal use only. To order others, visit our site.",
    "Crédit : © J. Riou, 2018.",
    "Non.",
    "…",
    "",
]


def test_boilerplate_is_not_quoted() -> None:
    assert [line for line in BOILERPLATE if not is_boilerplate(line, TITLE)] == []


QUOTED = [
    "Le conseil a voté mardi. 👏👏",
    "The post office appeared first on the list of the council.",
    "Il a démissionné.",
    "He resigned (again).",
    "« Nous sommes très inquiets »",
    "“We are very worried”, they wrote",
    "Q : Pourquoi partir maintenant",
    "R. : parce que c’est fini",
    "— Je pars demain",
    "Pourquoi partir ?",
    "Contactez-nous avant le 3 mars à info@issmi.fr pour obtenir une réponse de nos équipes.",
    "12 rue de la Paix est une adresse connue.",
    "Le 3 mars 2018, il habitait encore au 61 rue Henri Barbusse, où la police est venue.",
    "Share prices fell 3% on Monday.",
    "Sablé : Maire Anne Roche ; Nuance DVG",
    "Read more books, the minister told children on Monday.",
    "Par peur de représailles, ils se taisent.",
    "Publié en 2019, le rapport est accablant.",
    "Les ingénieurs d’Amazon demandent à leur direction de cesser toute vente aux policiers",
    "Un chapeau sans point mais avec bien plus de douze mots au total",
    "Amazon face à la grogne : la direction répond.",
    "Elle l’a dit. (AFP)",
    "他走了。",
    "Tel père, tel fils : il se présente.",
    "Sablé : 1 204 voix",
    "Centre : Roche 412 voix ; Morin 398 voix",
    "9 juin – Concours de fanfares, halle de Sablé",
    "Nous avons tenu parole, le pont rouvre. — Mairie (@mairie)",
]


def test_a_real_sentence_is_quoted() -> None:
    assert [line for line in QUOTED if is_boilerplate(line, TITLE)] == []


def test_folding_keeps_only_words() -> None:
    assert fold("L’Été, « à Paris » !") == "l ete a paris"


def test_without_a_title_nothing_repeats_it() -> None:
    assert not is_boilerplate("Il a démissionné.", "")
