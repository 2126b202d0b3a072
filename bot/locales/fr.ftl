# Ce que le robot dit sur Discord, en français. Une autre langue est un autre fichier avec les mêmes clés.
small-words = le la les l un une des du de d et est sont a ont au aux en dans sur pour par avec qui que quoi quel quelle quels quelles où quand comment pourquoi combien ce cette ces se il elle ils elles ne pas

# Réponses
quote-open = {"« "}
quote-close = {" »"}
paragraph = § { $number }
sure-almost-certain = presque certain
sure-very-likely = très probable
sure-likely = probable
sure-possible = possible
sure-unlikely = peu probable
also-in = Aussi dans : { $titles }
note-understood = Compris : « { $words } »
note-understood-as = Compris : « { $words } », { $filters }
note-searched = Cherché : { $filters }
note-widened = Rien n’y répond : tous les articles ont été parcourus.
refusal-empty-corpus = Aucun article n’est encore indexé. Une personne qui administre ce serveur peut en ajouter.
refusal-not-found = Je n’ai rien trouvé dans les articles qui réponde à cette question.
refusal-no-match-in-filter = Je n’ai rien trouvé qui réponde à cette question dans ce qui était demandé.
refusal-no-match-in = Je n’ai rien trouvé qui réponde à cette question { $filters }.
nearest = Les articles les plus proches :
filter-between = du { $since } au { $until }
filter-since = depuis le { $since }
filter-until = jusqu’au { $until }
filter-source = dans { $name }
filter-article = dans cet article
day = { $day ->
    [1] 1er
   *[other] { $day }
} { $month } { $year }
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre

# Boutons
button-open = Ouvrir l’article
button-read = Lire dans l’article
button-context = Contexte
button-context-of = Contexte n° { $number }
button-more = D’autres passages
button-useful = Utile
button-useless = Pas utile
button-follow-up = Autre question
button-publish = Montrer au salon
button-previous = Précédent
button-next = Suivant
button-read-on = Lire l’article à partir d’ici

# Lecture
page = § { $number } sur { $total }
passages = { $count ->
    [0] aucun passage
    [one] un passage
   *[other] { $count } passages
}
sources-title = { $count ->
    [0] Aucun article
    [one] Un article
   *[other] { $count } articles
}
sources-filter = Filtre : { $text }
sources-page = Page { $page } sur { $pages }
sources-open = Ouvrir un article
sort-date = Par date
sort-title = Par titre
sort-source = Par source

# Conversation
mention-help = Posez-moi une question sur les articles : je réponds avec leurs propres mots. /aide dit ce que je sais faire d’autre.
error-more-nothing = Il n’y a pas d’autre passage pour cette question.
follow-up-title = Autre question
follow-up-label = Votre question sur cet article

# Erreurs : une phrase chacune, et ce qu’il faut faire
error = { $sentence } (code { $code })
error-unexpected = Quelque chose s’est mal passé de notre côté ; réessayez, et donnez ce code à l’opérateur si cela se reproduit.
error-timeout = La recherche a pris trop de temps et a été arrêtée ; réessayez dans un moment.
error-question-empty = La question est vide ; écrivez quelques mots.
error-question-too-long = La question est trop longue ; posez-la en 1000 caractères au plus.
error-question-no-words = La question n’a aucun mot à chercher ; écrivez quelques mots.
error-article-gone = Cet article n’est plus dans le corpus ; /sources montre ceux qui y sont.
error-passage-gone = Ce passage a changé ou a été retiré depuis ; posez la question de nouveau.
error-question-gone = La question ne peut plus être relue dans ce message ; posez-la de nouveau.
error-filter-gone = La source ou l’article demandé n’est plus là ; posez la question de nouveau.
error-article-unknown = Aucun article n’a ce titre ; choisissez-en un dans la liste en écrivant.
error-snapshot-gone = Cet instantané n’est pas conservé ; choisissez-en un dans la liste en écrivant.
error-busy = Les articles sont déjà en cours d’indexation ; attendez la fin. { $detail }
error-storage = Le disque est plein ou protégé ; l’opérateur peut voir pourquoi sous ce code.
error-engine = L’index est inutilisable pour l’instant ; l’opérateur peut voir pourquoi sous ce code.
error-command-changed = Cette commande a changé ; rechargez Discord (Ctrl+R) et réessayez.
error-bad-option = Une des options est illisible ; vérifiez-la et réessayez.
error-not-allowed = Seules les personnes qui gèrent ce serveur peuvent faire cela.
error-forbidden = Discord ne me laisse pas écrire ici ; demandez-le à une personne qui gère le serveur.
error-discord = Discord n’a pas pris le message ; réessayez.
error-dead = Ce bouton ne fait plus rien ; posez la question de nouveau.
error-channel = Je réponds dans d’autres salons de ce serveur : { $channels }
error-cooldown-user = Doucement : vous pourrez reposer une question dans { $seconds ->
    [one] une seconde
   *[other] { $seconds } secondes
}.
error-cooldown-channel = Ce salon vient de poser une question : la prochaine peut venir dans { $seconds ->
    [one] une seconde
   *[other] { $seconds } secondes
}.
error-date = Je ne lis pas « { $text } » comme une date ; écrivez-la comme 2018-06-21, 21/06/2018 ou 2018.
error-dates-crossed = Le premier jour est après le dernier ; échangez-les.
error-no-text = Ce message n’a pas de texte à chercher.
error-server-only = Cela ne marche que sur un serveur.

# Commandes
ask-name = demander
ask-description = Poser une question : la réponse est un passage des articles, mot pour mot
ask-question-name = question
ask-question-description = Votre question, en quelques mots
ask-source-name = source
ask-source-description = Seulement dans cette source
ask-since-name = depuis
ask-since-description = Seulement ce qui est paru à partir de ce jour : 21/06/2018, 06/2018 ou 2018
ask-until-name = jusqu-à
ask-until-description = Seulement ce qui est paru jusqu’à ce jour : 21/06/2018, 06/2018 ou 2018
ask-public-name = public
ask-public-description = Répondre dans le salon, ou à vous seul
sources-name = sources
sources-description = Les articles dont les réponses sont tirées
sources-filter-name = filtre
sources-filter-description = Des mots du titre, de la source ou de l’auteur
sources-sort-name = tri
sources-sort-description = Dans quel ordre
source-name = source
source-description = Lire un article passage par passage
source-title-name = titre
source-title-description = Le titre de l’article
admin-name = admin
admin-description = Pour les personnes qui gèrent ce serveur
reindex-name = réindexer
reindex-description = Relire tous les articles et publier un nouvel index
reindex-full-name = complet
reindex-full-description = Tout recalculer, sans rien reprendre
status-name = état
status-description = Ce qui sert en ce moment : articles, passages, modèle, instantanés
rollback-name = revenir
rollback-description = Servir de nouveau un instantané plus ancien
rollback-snapshot-name = instantané
rollback-snapshot-description = Lequel ; par défaut celui d’avant
remove-name = retirer
remove-description = Retirer un article du corpus
remove-article-name = article
remove-article-description = Le titre de l’article

# Administration
reindex-starts = L’indexation commence.
reindex-progress = Indexation : { $stage }, { $done } sur { $total }
stage-read = lecture
stage-split = découpage en passages
stage-encode = calcul des vecteurs
stage-check = vérification
stage-other = travail
reindex-handed = L’indexation continue : { $link }
reindex-done = L’indexation est finie.
report-snapshot = Instantané : { $snapshot }
report-changes = Articles : { $added } ajoutés, { $changed } changés, { $removed } retirés
report-passages = { $passages } passages ; { $reused } textes repris, { $encoded } calculés, en { $seconds } s
status-title = Ce qui sert en ce moment
status-nothing = aucun instantané
status-snapshot = Instantané : { $snapshot }, { $when }
status-counts = { $articles } articles, { $passages } passages
status-collections = Collections : { $names }
status-model = Modèle : { $model } ({ $dimension } dimensions), index : { $index }
status-threshold = Probabilité minimale d’une réponse : { $threshold } (calibrage : { $calibration })
status-kept = Instantanés conservés :
status-versions = Versions : { $versions }
rollback-done = L’instantané { $snapshot } sert désormais ; avant, c’était { $previous }.
snapshot-choice = { $snapshot } : { $articles } articles, { $passages } passages
remove-ask = Ceci retire l’article du corpus et de toutes les réponses :
remove-confirm = Retirer
remove-done = L’article est retiré.

# Votes
vote-thanks = Merci : votre avis est compté. Vous pouvez en changer, et /confidentialité montre ou efface ce qui est gardé de vous.
reason-title = Pourquoi était-ce inutile ?
reason-label = Que manquait-il, ou qu’est-ce qui était faux ?

# Trouver les sources
menu-name = Trouver les sources
menu-title = Sources de ce message
menu-none = Aucun passage n’en parle.
menu-left = { $count ->
    [one] Une autre phrase n’a pas été cherchée.
   *[other] { $count } autres phrases n’ont pas été cherchées.
}

# Aide et confidentialité
help-name = aide
help-description = Ce qu’on peut demander ici, avec des exemples
help-title = Ce que vous pouvez faire
help-intro = Posez une question par une commande, en me mentionnant, ou en message privé. Je réponds avec les mots des articles, jamais avec les miens.
help-example = Exemple : { $example }
help-menu = dans le menu d’un message (Applications) : montre les passages qui en parlent, phrase par phrase
privacy-name = confidentialité
privacy-description = Ce qui est gardé, combien de temps ; recevoir ou effacer ce qui l’est de vous
privacy-title = Ce qui est gardé
privacy-keep-off = Rien de vos questions n’est gardé ni journalisé.
privacy-keep-on = Une personne qui administre ce serveur a activé la conservation : les questions sans réponse, et celles des réponses que vous jugez, sont gardées avec votre identifiant Discord pendant { $days } jours, pour améliorer la recherche.
privacy-votes = Quand vous dites qu’une réponse était utile ou non : votre avis, votre raison, le passage concerné et votre identifiant Discord, pendant { $days } jours.
privacy-yours = { $count ->
    [0] De vous, rien n’est gardé.
    [one] De vous, une entrée est gardée.
   *[other] De vous, { $count } entrées sont gardées.
}
button-export = Me donner ce qui est gardé
button-forget = L’effacer
privacy-given = Voici tout ce qui est gardé de vous.
privacy-forgotten = { $count ->
    [0] Il n’y avait rien à effacer.
    [one] Une entrée a été effacée.
   *[other] { $count } entrées ont été effacées.
}

# Ce qui vaut sur un serveur
settings-name = réglages
settings-description = Ce qui vaut sur ce serveur : le voir, le changer
settings-public-name = public
settings-public-description = Si les réponses sont pour le salon quand la personne ne le dit pas
settings-keep-name = garder
settings-keep-description = Garder les questions sans réponse et celles des avis, pour améliorer ; /confidentialité le dit
settings-cooldown-name = attente
settings-cooldown-description = Secondes entre deux questions d’une personne
settings-channel-cooldown-name = attente-du-salon
settings-channel-cooldown-description = Secondes entre deux questions dans un salon
settings-allow-name = permettre
settings-allow-description = Un salon où répondre ; dès qu’il y en a un, seulement dans ceux-là
settings-forbid-name = exclure
settings-forbid-description = Un salon à ôter de leur liste
rules-title = Ce qui vaut sur ce serveur
rules-public = Les réponses sont pour le salon, sauf si la personne en décide autrement.
rules-private = Les réponses sont pour la personne seule, sauf si elle en décide autrement.
rules-channels = Salons : { $channels }
rules-everywhere = tous
rules-cooldown-user = Entre deux questions d’une personne : { $seconds } s
rules-cooldown-channel = Entre deux questions dans un salon : { $seconds } s
rules-keep-on = Les questions sans réponse et celles des avis sont gardées ; /confidentialité le dit.
rules-keep-off = Aucune question n’est gardée.
questions-name = questions
questions-description = Les questions sans réponse, et les avis sur les réponses
records-title = Questions et avis
records-votes = Avis : { $useful } utiles, { $useless } inutiles
records-unanswered = { $count ->
    [0] Aucune question n’est restée sans réponse.
    [one] Une question est restée sans réponse :
   *[other] { $count } questions sont restées sans réponse :
}
export-name = exporter
export-description = Questions et avis en jeu étiqueté, que « verbatim eval » lit
export-done = { $count ->
    [one] Un jeu étiqueté d’une question : décompressez-le, puis lancez « verbatim eval » sur le dossier.
   *[other] Un jeu étiqueté de { $count } questions : décompressez-le, puis lancez « verbatim eval » sur le dossier.
}
error-keeps-nothing = Aucune question n’est gardée sur ce serveur ; /admin réglages peut activer cela.
error-too-large = Le jeu est trop gros pour Discord ; l’opérateur peut le faire sur la machine même.
