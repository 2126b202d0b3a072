# Ce que le robot dit sur Discord, en français. Une autre langue est un autre fichier avec les mêmes clés.
small-words = le la les l un une des du de d et est sont a ont au aux en dans sur pour par avec qui que quoi quel quelle quels quelles où quand comment pourquoi combien ce cette ces se il elle ils elles ne pas

# Réponses
quote-open = {"« "}
quote-close = {" »"}
paragraph = paragraphe { $number }
also-in = Aussi dans : { $titles }
between-titles = {" ; "}
note-understood = Compris : « { $words } »
note-understood-as = Compris : « { $words } », { $filters }
note-searched = Cherché : { $filters }
note-only = Seulement { $filters }
note-widened = Rien n’y répond : tous les articles ont été parcourus.
note-thanks = De rien. Posez d’autres questions aux articles.
note-goodbye = Au revoir.
note-greeting = Bonjour ! Posez-moi une question sur les articles : j’y réponds avec leurs propres mots.
note-about = Je suis un programme. Je cite mot pour mot des passages des articles, et je n’écris rien moi-même : posez-moi une question sur leur contenu, ou demandez « quels articles ? ».
note-articles = Articles : { $titles } (/sources les donne tous)
note-unclear = La question ne dit pas sur quoi elle porte : précisez-le.
note-day-unread = « { $words } » n’a pas pu être compris comme une date de parution : la recherche n’y est pas limitée.
note-words-outside = « { $words } » n’a pas été pris en compte : c’est en dehors des limites de la recherche.
note-undated = Articles sans date, laissés de côté : { $count }.
note-source-unknown = Aucun article ne vient de « { $name } ». Sources voisines : { $near }.
note-sources-none = Aucun article n’indique sa source ni son auteur.
refusal-empty-corpus = Il n’y a pas encore d’article ici.
refusal-not-found = Les articles ne répondent pas à cette question.
refusal-no-match-in-filter = Rien n’y répond dans ce qui était demandé.
refusal-no-match-in = Rien n’y répond { $filters }.
nearest-open = Ouvrir un article proche
filter-between = du { $since } au { $until }
filter-since = depuis le { $since }
filter-until = jusqu’au { $until }
filter-source = chez { $name }
filter-article = dans cet article
day = { $day ->
    [1] 1er
   *[other] { $day }
} { $month } { $year }

# Boutons
button-open = Ouvrir l’article
button-read = Lire dans l’article
button-context = Contexte
button-more = D’autres passages
button-useful = Utile
button-useless = Pas utile
button-publish = Publier dans le salon
button-previous = Précédent
button-next = Suivant
button-read-on = Lire l’article à partir d’ici

# Lecture
page = Paragraphe { $number } sur { $total }
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
sources-none = Filtre : { $text } (/sources sans filtre les montre tous)
sources-page = Page { $page } sur { $pages }
sources-open = Ouvrir un article
sort-date = Par date
sort-title = Par titre
sort-source = Par source

# Conversation
mention-help = Bonjour ! Posez-moi une question sur les articles : je réponds avec leurs propres mots. /aide dit ce que je sais faire d’autre.
mention-forbidden = Je n’ai pas le droit d’écrire dans { $channel } ; posez-moi la question ici, ou demandez à une personne qui gère le serveur de me le permettre.
error-more-nothing = Il n’y a pas d’autre passage pour cette question.

# Erreurs : une phrase chacune, et ce qu’il faut faire
error = { $sentence } (code { $code })
typed = Ce que vous aviez écrit :
error-unexpected = Quelque chose s’est mal passé de notre côté ; réessayez, et donnez ce code à l’opérateur si cela se reproduit.
error-timeout = La recherche a pris trop de temps et a été arrêtée ; réessayez dans un moment.
error-question-empty = La question est vide ; écrivez quelques mots.
error-question-too-long = La question est trop longue ; posez-la en 1000 caractères au plus.
error-question-no-words = La question n’a aucun mot à chercher ; écrivez quelques mots.
error-article-gone = Cet article n’est plus dans le corpus ; /sources montre ceux qui y sont.
error-passage-gone = Ce passage a changé ou a été retiré depuis ; posez la question de nouveau.
error-question-gone = La question ne peut plus être relue dans ce message ; posez-la de nouveau.
error-filter-gone = La source ou l’article demandé n’est plus là ; posez la question de nouveau.
error-article-unknown = Aucun article ne porte ce titre ; /sources montre ceux qui sont là.
error-article-not-yours = Aucun article de ce serveur ne porte ce titre ; ceux que tous les serveurs partagent, seul l’opérateur peut les changer.
error-article-no-history = Aucun article de ce serveur ne porte ce titre ; sans titre, /admin historique montre aussi ce qui a été retiré.
error-busy = Les articles sont déjà en cours d’indexation ; attendez la fin.
error-busy-since = Les articles sont déjà en cours d’indexation (début : { $since }) ; attendez la fin.
error-storage = Le disque est plein ou protégé ; donnez ce code à l’opérateur, qui en trouvera la cause.
error-database = Rien n’a été enregistré : la base de données est injoignable. Les questions restent possibles ; réessayez ceci plus tard.
error-engine = L’index est inutilisable pour l’instant ; donnez ce code à l’opérateur, qui en trouvera la cause.
error-command-changed = Cette commande a changé ; rechargez Discord (Ctrl+R) et réessayez.
error-typed-command = Une commande envoyée comme un message ne m’arrive pas : tapez / puis choisissez-la dans la liste qui s’ouvre. Ici, écrivez simplement votre question.
error-bad-option = Une des options est illisible ; vérifiez-la et réessayez.
error-not-allowed = Seules les personnes qui gèrent ce serveur, ou dont le rôle est désigné comme rédacteur (/admin réglages), peuvent faire cela.
error-opening = Les articles de ce serveur sont en train d’être chargés ; réessayez dans un instant.
error-forbidden = Discord ne me laisse pas écrire dans ce salon ou ce fil ; demandez à une personne qui gère le serveur de m’y autoriser.
error-gone = Le message ou le salon n’existe plus ; recommencez.
error-discord = Discord a refusé le message ; réessayez.
error-dead = Ce bouton ne fait plus rien ; recommencez.
error-channel = Je réponds dans d’autres salons de ce serveur : { $channels }
error-channel-gone = Les salons où je répondais n’existent plus ; demandez à une personne qui gère le serveur d’en choisir un avec /admin réglages.
error-same-channel = Rien n’a changé : « permettre » et « exclure » nomment le même salon ; choisissez l’un ou l’autre.
error-cooldown-user = Un instant : vous pourrez poser une autre question dans { $seconds ->
    [one] une seconde
   *[other] { $seconds } secondes
}.
error-cooldown-channel = On vient de poser une question dans ce salon : la prochaine peut venir dans { $seconds ->
    [one] une seconde
   *[other] { $seconds } secondes
}.
error-date = Je ne lis pas « { $text } » comme une date ; écrivez le jour en entier, comme 2018-06-21 ou 21/06/2018.
error-month = Je ne lis pas « { $text } » comme un mois ; choisissez-en un dans la liste pendant que vous écrivez, ou écrivez-le comme 2018-06.
error-source-unknown = Aucun article ne vient de « { $text } » ; choisissez une source dans la liste pendant que vous écrivez.
error-dates-crossed = Le premier jour est après le dernier ; échangez-les.
error-no-text = Je n’y vois aucune phrase à chercher : il en faut une de trois mots au moins.
error-own = C’est ma réponse : chaque citation y est mot pour mot, avec sa source. Le bouton sous la citation l’ouvre à sa place.
error-server-only = Cela ne marche que sur un serveur.
error-not-operator = Seul l’opérateur de ce robot peut changer les articles que tous les serveurs partagent ; laissez cette option de côté.
error-refused = Rien n’a changé. { $detail }
error-proposal-gone = Cette proposition n’est plus là : elle a été confirmée ou annulée, ou a plus d’un jour ; recommencez.
error-gate = Le nouvel index répondrait moins bien aux questions de référence : rien n’a donc été changé.
error-nothing-to-add = Il n’y a ici ni fichier ni adresse de page à ajouter ; /admin ajouter prend l’un et l’autre.
error-nothing-changed = Rien n’a changé dans le formulaire : il n’y a rien à faire.
error-bad-url = Ce n’est pas une adresse de page ; écrivez-la en entier, à partir de https://.

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
status-description = Ce qui est publié : articles, passages, dernier changement
rollback-name = revenir
rollback-description = Revenir à un instantané antérieur
rollback-snapshot-name = instantané
rollback-snapshot-description = Lequel ; par défaut le dernier qui avait d’autres articles
remove-name = retirer
remove-description = Retirer un article du corpus
any-article-name = article
any-article-description = Le titre de l’article
any-shared-name = partagé
any-shared-description = Pour l’opérateur : les articles que tous les serveurs partagent
add-name = ajouter
add-description = Ajouter des articles : fichiers ou page ; aperçu d’abord, puis confirmation
add-file-name = fichier
add-file-description = Un article : texte, Markdown, HTML, PDF, DOCX, ODT, ou plusieurs dans un ZIP
add-url-name = adresse
add-url-description = L’adresse d’une page, d’un flux ou d’un plan de site
add-file-2-name = fichier-2
add-file-2-description = Un fichier de plus
add-file-3-name = fichier-3
add-file-3-description = Un fichier de plus
add-file-4-name = fichier-4
add-file-4-description = Un fichier de plus
add-file-5-name = fichier-5
add-file-5-description = Un fichier de plus
edit-name = corriger
edit-description = Corriger un article : titre, source, auteur, date, adresse, ou son texte
history-name = historique
history-description = Ce qui est arrivé à un article, ou à tous : qui, quand, quoi
history-article-name = article
history-article-description = Le titre de l’article ; sans lui, tous
add-menu-name = Ajouter au corpus

# Administration
reindex-starts = L’indexation commence.
reindex-progress = Indexation : { $stage }, { $done } sur { $total }
stage-encode = lecture des textes
stage-write = écriture
stage-other = travail
reindex-handed = L’indexation continue : { $link }
reindex-done = L’indexation est finie.
report-snapshot = Instantané : { $snapshot }
report-changes = Articles : { $added ->
    [one] { $added } ajouté
   *[other] { $added } ajoutés
}, { $changed ->
    [one] { $changed } modifié
   *[other] { $changed } modifiés
}, { $removed ->
    [one] { $removed } retiré
   *[other] { $removed } retirés
}
report-passages = { $passages ->
    [one] { $passages } passage
   *[other] { $passages } passages
} en { NUMBER($seconds, minimumFractionDigits: 1, maximumFractionDigits: 1) } s ; textes lus par le modèle : { $encoded }, repris : { $reused }
report-notes = { $count ->
    [one] Une remarque attend l’opérateur dans le journal.
   *[other] { $count } remarques attendent l’opérateur dans le journal.
}
status-title = Publié actuellement
status-nothing = Rien n’est encore publié.
status-snapshot = Instantané : { $snapshot }
status-counts = { $articles ->
    [one] { $articles } article
   *[other] { $articles } articles
}, { $passages ->
    [one] { $passages } passage
   *[other] { $passages } passages
}
status-collections = Collections : { $names }
status-model = Modèle : { $model } ({ $dimension } dimensions), index : { $index }
status-threshold = Une question reçoit une réponse à partir d’une confiance de { NUMBER($threshold, style: "percent", maximumFractionDigits: 0) }.
status-kept = Instantanés conservés :
status-versions = Versions : { $versions }
rollback-done = Retour à l’instantané du { $when }.
    Articles : { $added ->
        [one] { $added } revenu
       *[other] { $added } revenus
    }, { $changed ->
        [one] { $changed } modifié
       *[other] { $changed } modifiés
    }, { $removed ->
        [one] { $removed } retiré
       *[other] { $removed } retirés
    }
remove-ask = Ceci retire l’article du corpus et de toutes les réponses :
remove-confirm = Retirer
reindex-left = {" ; "}encore { $time } environ
lasting-seconds = { $count ->
    [one] une seconde
   *[other] { $count } secondes
}
lasting-minutes = { $count ->
    [one] une minute
   *[other] { $count } minutes
}
done-by = par { $name }
yourself = vous
snapshot-size = { $articles ->
    [one] { $articles } article
   *[other] { $articles } articles
}, { $passages ->
    [one] { $passages } passage
   *[other] { $passages } passages
}
button-confirm = Confirmer
button-cancel = Annuler
button-correct = Corriger
button-anyway = Publier quand même
proposal-title = À confirmer
proposal-nothing = Rien à ajouter
proposal-count-added = { $count } à ajouter
proposal-count-changed = { $count } à modifier
proposal-count-unchanged = { $count } déjà là
proposal-count-rejected = { $count ->
    [one] { $count } refusé
   *[other] { $count } refusés
}
proposal-new = Nouveau :
proposal-change = Modifié :
proposal-before-after = { $field } : { $before } → { $after }
proposal-text = Le texte est différent : { $changed ->
    [one] { $changed } paragraphe modifié
   *[other] { $changed } paragraphes modifiés
}, { $added ->
    [one] { $added } ajouté
   *[other] { $added } ajoutés
}, { $removed ->
    [one] { $removed } retiré
   *[other] { $removed } retirés
}.
proposal-guessed = deviné : { $fields }
proposal-unchanged = Déjà là, sans changement :
proposal-rejected = Refusés :
proposal-cost = { $count ->
    [0] Aucune indexation n’est nécessaire.
   *[other] Indexation : environ { $time }.
} Rien ne change avant votre confirmation.
proposal-pick = Corriger l’un d’eux
proposal-dropped = Annulé : rien n’a changé.
and-more = … et { $count } de plus
list-added = Ajoutés :
list-changed = Modifiés :
list-removed = Retirés :
field-title = titre
field-source = source
field-author = auteur
field-date = date
field-url = adresse
field-language = langue
field-passages = passages
language-fr = français
language-en = anglais
add-files = Fichiers
add-links = Adresses de pages, une par ligne
edit-title = Corriger un article
edit-date = date, comme 2018-06-21
rejected-type = { $name } est illisible : joignez un fichier en { $kinds }.
rejected-size = { $name } fait plus de { $megabytes } Mo ; coupez-le, ou ôtez ses images.
rejected-lost = { $name } n’a pas pu être récupéré auprès de Discord ; joignez-le de nouveau.
change-done = C’est publié.
change-nothing = Rien n’a été ajouté.
passages-unchanged = { $count ->
    [one] Un article était déjà là.
   *[other] { $count } articles étaient déjà là.
}
gate-title = Rien n’a changé
gate-recall = Parmi les questions de référence, { NUMBER($before, style: "percent", maximumFractionDigits: 1) } trouvent leur passage dans les trois premiers ; ce ne serait plus que { NUMBER($after, style: "percent", maximumFractionDigits: 1) }.
gate-broken = Celles-ci ne le trouveraient plus :
gate-choose = Vous pouvez publier quand même, ou tout laisser en l’état.
corrected-on = Corrigé le { $day }
history-count = { $count ->
    [0] Rien n’a encore changé.
    [one] Un changement :
   *[other] { $count } changements :
}

# Votes
vote-thanks = Merci, votre avis est pris en compte. Vous pouvez en changer ; /confidentialité montre ou efface vos données.
reason-title = Qu’est-ce qui n’allait pas ?
reason-label = Que manquait-il, ou qu’est-ce qui est faux ?

# Trouver les sources
menu-name = Trouver les sources
menu-title = Sources de ce message
menu-left = { $count ->
    [one] Une autre phrase n’a pas été cherchée.
   *[other] { $count } autres phrases n’ont pas été cherchées.
}

# Aide et confidentialité
help-name = aide
help-description = Ce que je sais faire, comment demander, et mes limites
help-title = Ce que je sais faire
help-intro = Je réponds aux questions avec les mots mêmes des articles, et je le dis quand ils ne répondent pas.
privacy-name = confidentialité
privacy-description = Ce qui est gardé et combien de temps ; recevoir ou effacer vos données
privacy-title = Ce qui est gardé
privacy-keep-off = Vos questions ne sont ni gardées ni journalisées.
privacy-keep-on = Une personne qui administre ce serveur a activé la conservation : les questions sans réponse, et celles des réponses que vous jugez, sont gardées avec votre identifiant Discord pendant { $days } jours, pour améliorer la recherche.
privacy-keep-operator = L’opérateur de ce robot a activé la conservation : les questions sans réponse, et celles des réponses que vous jugez, sont gardées avec votre identifiant Discord pendant { $days } jours, pour améliorer la recherche.
privacy-votes = Quand vous dites qu’une réponse était utile ou non : votre avis, votre raison, le passage concerné et votre identifiant Discord, pendant { $days } jours.
privacy-server = Les articles que les admins ajoutent sur un serveur n’y sont cherchés et montrés que là. Quand le robot est retiré d’un serveur, ils sont effacés { $days } jours plus tard, avec les votes, les questions gardées et les réglages de ce serveur ; d’ici là, ses admins peuvent demander les articles à l’opérateur.
privacy-yours = { $count ->
    [0] Rien n’est gardé à votre sujet.
    [one] Une entrée vous concernant est gardée.
   *[other] { $count } entrées vous concernant sont gardées.
}
privacy-forget = { $count ->
    [0] Rien n’est gardé à votre sujet : il n’y a rien à effacer.
    [one] L’entrée vous concernant sera effacée définitivement.
   *[other] Les { $count } entrées vous concernant seront effacées définitivement.
}
button-export = Recevoir mes données
button-forget = Effacer mes données
privacy-given = Voici tout ce qui est gardé à votre sujet.
privacy-forgotten = { $count ->
    [0] Il n’y avait rien à effacer.
    [one] Une entrée a été effacée.
   *[other] { $count } entrées ont été effacées.
}

# Ce qui vaut sur un serveur
settings-name = réglages
settings-description = Les réglages de ce serveur : les voir, les changer
settings-public-name = public
settings-public-description = Répondre dans le salon, sauf si la personne en décide autrement
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
rules-title = Réglages de ce serveur
rules-public = Les réponses sont pour le salon, sauf si la personne en décide autrement.
rules-private = Les réponses sont pour la personne seule, sauf si elle en décide autrement.
rules-channels = Salons : { $channels }
rules-everywhere = tous ; l’option « permettre » en choisit
rules-nowhere = aucun, car ceux qui étaient choisis n’existent plus ; l’option « permettre » en choisit d’autres
rules-cooldown-user = Entre deux questions d’une personne : { $seconds ->
    [0] aucune attente
   *[other] { NUMBER($seconds, maximumFractionDigits: 1) } s
}
rules-cooldown-channel = Entre deux questions dans un salon : { $seconds ->
    [0] aucune attente
   *[other] { NUMBER($seconds, maximumFractionDigits: 1) } s
}
rules-keep-on = Les questions sans réponse et celles des avis sont gardées ; /confidentialité le dit.
rules-keep-off = Aucune question n’est gardée.
questions-name = questions
questions-description = Les questions sans réponse, et les avis sur les réponses
records-title = Questions et avis
records-votes = Avis : { $useful ->
    [one] { $useful } utile
   *[other] { $useful } utiles
}, { $useless ->
    [one] { $useless } inutile
   *[other] { $useless } inutiles
}
records-unanswered = { $count ->
    [0] Aucune question n’est restée sans réponse.
    [one] Une question est restée sans réponse :
   *[other] { $count } questions sont restées sans réponse :
}
export-name = exporter
export-description = Questions et avis en jeu étiqueté, que « verbatim eval » lit
export-articles-name = articles
export-articles-description = Les articles de ce serveur en un ZIP, au lieu des questions et des avis
export-articles-done = { $count ->
    [0] Aucun article pour l’instant, seulement l’historique : « verbatim import » lit ce fichier.
    [one] Un article, avec son historique : « verbatim import » lit ce fichier.
   *[other] { $count } articles, avec leur historique : « verbatim import » lit ce fichier.
}
export-done = { $count ->
    [0] Aucune question ni aucun avis n’est encore gardé : le jeu ne contient que les articles.
    [one] Un jeu étiqueté d’une question : décompressez-le, puis lancez « verbatim eval » sur le dossier.
   *[other] Un jeu étiqueté de { $count } questions : décompressez-le, puis lancez « verbatim eval » sur le dossier.
}
error-keeps-nothing = Aucune question n’est gardée sur ce serveur ; /admin réglages peut activer cela.
error-too-large = Le jeu est trop gros pour Discord ; l’opérateur peut le faire sur la machine même.
sure-sure = sûr
sure-likely = probable
sure-check = à vérifier
written-in-en = en anglais
written-in-fr = en français
note-follows = Compris ainsi : « { $question } »
button-near = Voir le passage le plus proche
near-title = Le passage le plus proche. Il ne répond peut-être pas à la question.
button-news = Demander à la rédaction
button-tell = Me prévenir si un article répond
button-add = Ajouter des articles
button-about = Question sur cet article
button-on = Poursuivre
button-ask = Poser
button-jump = Aller à la page…
jump-title = Aller à une page
jump-label = Numéro de la page
error-page = Écrivez le numéro d’une page, par exemple 3.
which = Plusieurs articles correspondent à ce titre. Lequel ?
error-article-several = Plusieurs articles correspondent à ce titre ; écrivez-le en entier, ajoutez-y la source ou l’auteur ou, dans une commande, choisissez-le dans la liste.
question-label = Votre question
welcome = Avec plaisir.
thanks-words = merci, merci beaucoup, merci bien, grand merci, mille mercis, super, parfait, génial, top, ok, okay, d'accord, cool, nickel, bien vu, bravo, compris, thanks
hello-words = bonjour, bonsoir, salut, coucou, hello, hey, bonjour à tous, salut à tous
about-words = aide, aide-moi, aidez-moi, que sais-tu, que sais-tu faire, que peux-tu faire, qu'est-ce que tu sais faire, qu'est-ce que tu peux faire, tu sais faire quoi, tu peux faire quoi, tu fais quoi, à quoi tu sers, tu sers à quoi, à quoi sers-tu, qui es-tu, tu es qui, t'es qui, que puis-je demander, que puis-je te demander, que puis-je vous demander, de quoi parlent les articles, de quoi parlent tes articles, de quoi parlent vos articles, les articles parlent de quoi, quels sujets connais-tu, de quoi peux-tu parler, résume, résume-moi ça, résume l'article, résume-moi l'article, résume les articles, résume-moi les articles, fais un résumé, fais-moi un résumé
check-words = vérifie, vérifie ça, vérifie cela, vérifie ce message, vérifier, vérifiez, vérifiez ça, peux-tu vérifier, tu peux vérifier, c'est vrai, c'est vrai ça, est-ce vrai, est-ce que c'est vrai, vrai, vrai ou faux, source, sources, une source, quelle source, quelles sources, d'où ça sort, fact check
error-check-what = Répondez au message que je dois vérifier, en me mentionnant dans la réponse. Ou ouvrez le menu de ce message (clic droit, ou appui long), puis Applications, puis « Trouver les sources ».
error-no-text-given = Discord ne me montre pas le texte de ce message. Ouvrez son menu (clic droit, ou appui long), puis Applications, puis « Trouver les sources ».
menu-says = **Un article le dit :**
menu-speaks = Un article en parle, sans le dire :
menu-nothing = Aucun article n’en parle.
help-ask = **Demander** : { $ask }, ou mentionnez-moi, ou écrivez-moi en privé. Répondez à ma réponse pour poursuivre.
help-read = **Lire** : { $sources } donne la liste des articles, { $source } en ouvre un.
help-check = **Vérifier** : ouvrez le menu d’un message, puis Applications, puis « Trouver les sources » ; ou répondez-y « vérifie ça » en me mentionnant.
help-data = **Vos données** : { $privacy }
help-admins = **Pour la rédaction** : { $commands }
help-limits = Je n’écris rien de moi-même, je n’ai pas d’avis et je ne cherche pas sur le web : ce qui n’est pas dans les articles, je ne le sais pas.
help-owner = Ce robot est géré par { $name }.
privacy-moment = Ce que vous avez demandé depuis 15 minutes reste en mémoire, pour que vous puissiez poursuivre, puis est oublié. Tant qu’une réponse se prépare, la question est notée, 15 minutes au plus, pour que rien ne se perde en cas de panne.
privacy-watches = Si vous demandez un message dès qu’un article répondra, ou interrogez la rédaction : cette question et votre identifiant Discord, jusqu’à la réponse, { $days } jours au plus. Un changement d’articles en cours est noté avec votre identifiant, jusqu’à sa fin.
sources-source-name = source
sources-source-description = Seulement les articles de cette source
sources-month-name = mois
sources-month-description = Seulement les articles de ce mois
sources-page-name = page
sources-page-description = La page de la liste à ouvrir
settings-editors-name = rédacteurs
settings-editors-description = Un rôle qui peut ajouter, corriger, retirer et réindexer ; le redonner l’ôte
settings-newsroom-name = rédaction
settings-newsroom-description = Le salon où la rédaction reçoit les questions ; le redonner arrête cela
settings-tell-name = prévenir
settings-tell-description = Permettre de demander un message dès qu’un article répondra
rules-editors = Peuvent changer les articles, outre les personnes qui gèrent le serveur : { $roles } (pour qu’ils voient aussi /admin : Paramètres du serveur, Intégrations)
rules-editors-none = Seules les personnes qui gèrent le serveur peuvent changer les articles.
rules-news = Les questions à la rédaction arrivent dans { $channel }.
rules-news-none = On ne peut pas interroger la rédaction.
rules-tell-on = On peut demander un message dès qu’un article répondra.
rules-tell-off = On ne peut pas demander de message quand un article répondra.

# La rédaction
news-consent = Cette question et votre nom seront transmis à la rédaction de ce serveur. Ils sont gardés jusqu’à sa réponse, { $days } jours au plus ; /confidentialité les montre et les efface.
news-agree = Envoyer
news-kept = La rédaction a reçu votre question. Sa réponse vous parviendra en message privé.
news-title = Question d’un lecteur
news-asker = Posée par { $name } ; les articles n’y répondent pas.
news-answer = Répondre
news-story = Un article y répond
news-decline = Écarter
news-words-label = Votre réponse, envoyée telle quelle
news-title-label = Titre de l’article
news-reason-label = Raison facultative, envoyée telle quelle
news-reply = Réponse de la rédaction de { $name }, avec ses propres mots :
news-by-story = La rédaction de { $name } vous répond par cet article :
news-declined = La rédaction de { $name } ne peut pas répondre à votre question :
news-closed = { $name } a répondu.
news-closed-declined = { $name } a écarté la question.
news-unreached = { $name } a écarté la question ; son auteur n’a pas pu être prévenu.
tell-consent = Vous recevrez un message privé, un seul, dès qu’un article répondra. D’ici là, cette question et votre identifiant Discord sont gardés, { $days } jours au plus ; /confidentialité les montre et les efface.
tell-agree = Garder et me prévenir
tell-kept = C’est noté : vous recevrez un message dès qu’un article répondra.
tell-title = Un article répond à votre question :
tell-once = La question est maintenant effacée : il n’y aura pas d’autre message.
error-not-offered = Ce serveur ne propose pas cela, ou ne le propose plus.
error-newsroom = Le salon de la rédaction n’accepte pas la question pour l’instant ; réessayez, ou prévenez une personne qui gère le serveur.
error-unreached = Rien n’est parti : la personne qui a posé la question n’accepte pas mes messages pour l’instant. Réessayez plus tard, ou écartez la question.
error-inquiry-gone = Cette question a déjà sa réponse, ou a été effacée par la personne qui l’a posée.
error-too-many-waiting = { $most } de vos questions attendent déjà ; attendez une réponse, ou effacez-les avec /confidentialité.
restarted = J’ai été redémarré avant de pouvoir répondre ; posez la question de nouveau.
joined-title = Bonjour, je suis Verbatim
joined-intro = Je réponds aux questions sur vos articles avec leurs propres mots, et je le dis quand ils ne répondent pas.
joined-empty = Prochaine étape : ajoutez vos articles, en fichiers ou par l’adresse de leurs pages.
joined-ready = { $count ->
    [one] Un article est déjà là : posez une question avec /demander, ou mentionnez-moi.
   *[other] { $count } articles sont déjà là : posez une question avec /demander, ou mentionnez-moi.
} Vous pouvez ajouter les vôtres.
status-changed = Dernier changement : { $when }
status-unanswered = { $count ->
    [0] Aucune question n’est restée sans réponse cette semaine.
    [one] Une question est restée sans réponse cette semaine.
   *[other] { $count } questions sont restées sans réponse cette semaine.
}
status-calibration = Étalonnage : { $calibration }
status-details-name = détails
status-details-description = Montrer aussi modèle, index, instantanés et versions
history-all = Historique des articles
did-add = « { $name } » a été ajouté
did-change = « { $name } » a été modifié
did-edit = « { $name } » a été corrigé
did-remove = « { $name } » a été retiré
did-import = « { $name } » a été importé
did-publish = { $count ->
    [0] tout a été indexé de nouveau
   *[other] publié : { $added } en plus, { $changed ->
        [one] { $changed } modifié
       *[other] { $changed } modifiés
    }, { $removed } en moins
}
did-rollback = retour à un instantané antérieur
before-change = Avant : { $change }
field-text = texte
records-week = Semaine du { $day }
records-columns = semaine,question,nombre,article,passage
records-closest = Le plus proche : { $title }, « { $text } »

# Corrections, historique et flux
edit-text-name = texte
edit-text-description = Corriger le texte lui-même, et non le titre, la date ou la source
edit-text = { $parts ->
    [one] texte
   *[other] texte, partie { $part } sur { $parts }
}
button-replace = Remplacer
button-another = Ajouter à part
button-restore = Rétablir
proposal-corrects = Semble corriger :
proposal-left = { $count ->
    [one] Il n’y a pas de place pour un article :
   *[other] Il n’y a pas de place pour { $count } articles :
}
proposal-left-out = Écarté volontairement :
proposal-omitted = { $name } : { $what } ({ $why })
list-left = Faute de place :
room = Place : { $told }
room-articles = { $used ->
    [one] { $used } article
   *[other] { $used } articles
} sur { $most }
room-characters = { $used ->
    [one] { $used } caractère
   *[other] { $used } caractères
} sur { $most }
room-additions = { $used ->
    [one] { $used } ajout
   *[other] { $used } ajouts
} sur { $most } en 24 h
reindex-waits = Quelqu’un d’autre modifie les articles : ce sera ensuite votre tour.
work-done = J’ai été redémarré pendant ce changement ; il est bien publié.
work-broken-off = J’ai été redémarré au milieu de ce changement : rien n’a été modifié. Le reprendre ?
work-again = Reprendre
done-by-itself = automatiquement
did-restore = « { $name } » a été rétabli
history-restore = « Rétablir » propose l’article tel qu’il était avant ce changement.
error-said = { $detail }
error-overtaken = Rien n’a changé, car ceci s’est passé depuis que vous l’avez vu :
overtaken-next = Si votre changement reste utile, demandez-le de nouveau : il partira de ce qui est publié maintenant.
error-text-too-long = Ce texte est trop long pour un formulaire de { $most } caractères : envoyez un fichier corrigé avec /admin ajouter, il prendra la place de l’article.
error-text-moved = Quelqu’un a changé ce texte pendant que vous écriviez : rouvrez le formulaire pour voir où il en est. Rien n’a changé.
error-feed-gone = Ce flux n’est pas suivi ici ; /admin suivre donne la liste de ceux qui le sont.
error-feed-which = Dites aussi quel flux annoncer : l’option « adresse » le nomme.
error-too-many-feeds = Ce serveur peut suivre { $most } flux, et les suit déjà : arrêtez-en un d’abord.
watch-name = suivre
watch-description = Suivre un flux ou un plan de site : ses nouvelles pages deviennent des articles de ce serveur
watch-address-name = adresse
watch-address-description = L’adresse d’un flux ou d’un plan de site ; sans elle, la liste des flux suivis
watch-announce-name = annoncer
watch-announce-description = Le salon où chaque nouvel article est annoncé
watch-stop-name = arrêter
watch-stop-description = Un flux à ne plus suivre
feeds-title = Flux suivis
feeds-count = { $count ->
    [0] Aucun encore, sur { $most } que ce serveur peut suivre.
   *[other] { $count } sur { $most } que ce serveur peut suivre :
}
feeds-how = Chacun est relu toutes les { $minutes } minutes. Ce qu’il contient déjà est ajouté ; ce qui arrive ensuite est aussi annoncé, si vous avez choisi un salon.
feeds-announced = annoncé dans { $channel }
feeds-looked = relu { $when }
feeds-this = Cette adresse
feeds-new = première lecture d’ici deux minutes
announced = Nouvel article
announced-more = { $count ->
    [one] Et un autre nouvel article : /sources le montre.
   *[other] Et { $count } autres nouveaux articles : /sources les montre.
}
button-story = Question sur cet article

# Fichiers joints : sans accents, que Discord ôte des noms
file-proposal = proposition.txt
file-report = bilan.txt
file-typed = texte.txt
file-broken = questions-perdues.txt
file-unanswered = questions-des-lecteurs.csv
file-labelled = jeu-de-questions.zip
file-articles = articles.zip
