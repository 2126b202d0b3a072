# Ce que dit le terminal, en français.

no-token = Aucun jeton Discord (DISCORD_TOKEN) : la conversation s’ouvre ici, dans le terminal.
welcome = { $articles ->
    [0] Aucun article n’est encore indexé. Tapez :aide pour les commandes.
    [one] Posez une question sur l’article, ou tapez :aide.
   *[other] Posez une question sur les { $articles } articles, ou tapez :aide.
}
commands =
    :sources   les articles
    :status    ce qui répond en ce moment
    :aide      ces commandes
    :quit      au revoir (ou exit, quit)
unknown-command = La commande { $command } n’existe pas ; :aide les montre toutes.
opening = Ouverture du corpus…

refusal-empty_corpus = Aucun article n’est encore indexé : ajoutez-en avec « verbatim add FICHIER ».
refusal-not_found = Aucun passage des articles ne répond à cette question.
refusal-no_match_in_filter = Rien n’y répond { $filters } : ôtez cette limite pour chercher partout.

nearest = Les articles les plus proches : { $titles }
understood = Compris : { $parts }.
quoted = « { $words } »
filter-between = du { $since } au { $until }
filter-since = depuis le { $since }
filter-until = jusqu’au { $until }
filter-source = chez { $name }
understood-as = Question comprise ainsi : « { $question } »
closest = Le passage le plus proche, qui ne répond peut-être pas :
widened = Rien n’y répond : tous les articles ont été parcourus.
note-thanks = De rien. Posez d’autres questions aux articles.
note-goodbye = Au revoir.
note-greeting = Bonjour. Posez une question : les articles y répondent avec leurs propres mots.
note-about = Je suis un programme qui cite mot pour mot des passages des articles, et n’écrit rien lui-même. Posez une question sur leur contenu, ou demandez « quels articles ? ».
note-articles = Articles : { $titles }
note-unclear = La question ne dit pas sur quoi elle porte : précisez-le.
note-day-unread = « { $words } » n’a pas pu être compris comme une date de parution : la recherche n’y est pas limitée.
note-words-outside = « { $words } » n’a pas été pris en compte : c’est en dehors des limites de la recherche.
note-undated = Articles sans date, laissés de côté : { $count }.
note-source-unknown = Aucun article ne vient de « { $name } ». Sources voisines : { $near }.
note-sources-none = Aucun article n’indique sa source ni son auteur.
also-in = Aussi dans : { $titles }.
separator = { " ; " }
day = { $day ->
    [1] 1er
   *[other] { $day }
} { $month } { $year }

sure = sûr ({ NUMBER($share, style: "percent", maximumFractionDigits: 0) })
likely = probable ({ NUMBER($share, style: "percent", maximumFractionDigits: 0) })
check = à vérifier ({ NUMBER($share, style: "percent", maximumFractionDigits: 0) })

no-sources = Aucun article n’est encore indexé.
column-id = Identifiant
column-title = Titre
column-source = Source
column-date = Date
column-language = Langue
column-passages = Passages

column-author = Auteur
column-url = Adresse
unknown = vide
guessed = { $value } (deviné ?)
left-out = Laissé de côté : { $what } ({ $why })
exported = { $articles ->
    [one] { $articles } article exporté
   *[other] { $articles } articles exportés
} dans { $file }.
no-audit = Rien n’a encore été changé.
by-itself = automatiquement
column-at = Quand
column-by = Qui
column-what = Quoi
column-about = Article ou instantané
column-details = Détails
did-add = ajout
did-change = modification
did-edit = correction
did-remove = retrait
did-import = importation
did-publish = publication
did-rollback = retour en arrière

added = { $articles ->
    [one] { $articles } article ajouté
   *[other] { $articles } articles ajoutés
}
changed = { $articles ->
    [one] { $articles } article modifié
   *[other] { $articles } articles modifiés
}
unchanged = { $articles ->
    [one] { $articles } article inchangé
   *[other] { $articles } articles inchangés
}
removed = { $articles ->
    [one] { $articles } article retiré
   *[other] { $articles } articles retirés
}
would-be = À blanc, rien n’est changé :
indexed = Instantané { $snapshot } : { $passages ->
    [one] { $passages } passage
   *[other] { $passages } passages
}, { $encoded ->
    [one] { $encoded } texte lu par le modèle
   *[other] { $encoded } textes lus par le modèle
}, { $reused ->
    [one] { $reused } repris
   *[other] { $reused } repris
}, en { NUMBER($seconds, maximumFractionDigits: 1) } s.
planned = { $passages ->
    [one] { $passages } passage
   *[other] { $passages } passages
}, { $encoded ->
    [one] { $encoded } texte que le modèle lirait
   *[other] { $encoded } textes que le modèle lirait
}, { $reused ->
    [one] { $reused } repris
   *[other] { $reused } repris
}.
rolled-back = L’instantané { $back_to } répond de nouveau, à la place de { $previous }.
sound = { $checked ->
    [one] { $checked } fichier ou passage vérifié : tout est tel qu’écrit.
   *[other] { $checked } fichiers et passages vérifiés : tout est tel qu’écrit.
}
unsound = { $problems ->
    [one] { $problems } problème
   *[other] { $problems } problèmes
} sur { $checked } vérifications :

status-snapshot = Instantané
status-created = Créé le
status-model = Modèle
status-articles = Articles
status-passages = Passages
status-collections = Collections
status-store = Conservé dans
status-index = Index
status-threshold = Seuil de confiance
status-calibration = Étalonnage
status-kept = Instantanés gardés
status-versions = Versions
none = aucun

stage = { $stage ->
    [encode] Encodage
    [write] Écriture
    [ask] Questions
   *[other] Lecture
}

figure-queries = questions posées
figure-answerable = dont celles auxquelles un passage répond
figure-unanswerable = dont celles auxquelles aucun ne répond
figure-passages = passages indexés
figure-recall-1 = part des questions dont le bon passage est le premier
figure-recall-3 = … parmi les trois premiers
figure-recall-5 = … parmi les cinq premiers
figure-recall-10 = … parmi les dix premiers
figure-mrr-10 = moyenne de 1 / rang du bon passage
figure-answer_rate = part des questions à réponse qui en reçoivent une, au seuil
figure-precision_at_threshold = part de ces réponses dont le premier passage est le bon
figure-false_answer_rate = part des questions sans réponse qui en reçoivent une
figure-auroc = chance qu’une bonne réponse soit plus sûre qu’une question sans réponse
figure-ece = écart moyen entre la confiance et la part de bonnes réponses
figure-quote_fidelity = part des citations conformes au texte, caractère pour caractère
figure-milliseconds = par question : médiane / 95 % / 99 %
figure-threshold = confiance à partir de laquelle on répond
figure-model = modèle
