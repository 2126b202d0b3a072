# What the terminal says, in English.

no-token = No Discord token (DISCORD_TOKEN): the conversation opens here, in the terminal.
welcome = { $articles ->
    [0] No article is indexed yet. Type :help for the commands.
    [one] Ask a question about the article, or type :help.
   *[other] Ask a question about the { $articles } articles, or type :help.
}
commands =
    :sources   the articles
    :status    what answers right now
    :help      these commands
    :quit      goodbye (exit and quit do as well)
unknown-command = There is no command { $command }; :help shows them all.
opening = Opening the corpus…

refusal-empty_corpus = No article is indexed yet: add some with "verbatim add FILE".
refusal-not_found = No passage of the articles answers this question.
refusal-no_match_in_filter = Nothing answers this { $filters }: drop that limit to search everywhere.

nearest = The nearest articles: { $titles }
understood = Understood: { $parts }.
quoted = “{ $words }”
filter-between = from { $since } to { $until }
filter-since = since { $since }
filter-until = until { $until }
filter-source = from { $name }
understood-as = Understood as: “{ $question }”
closest = The closest passage, which may not answer:
widened = Nothing there answers, so all the articles were searched.
note-thanks = You are welcome. Ask the articles anything else.
note-goodbye = Goodbye.
note-greeting = Hello. Ask a question, and the articles answer in their own words.
note-about = I am a program that quotes passages of the articles, word for word, and writes nothing itself. Ask about them, or “which articles are there?”.
note-articles = Articles: { $titles }
note-unclear = The question does not say what it is about: name it.
note-day-unread = “{ $words }” could not be read as days of publication: nothing was narrowed to it.
note-words-outside = “{ $words }” was not followed: it lies outside what the search was narrowed to.
note-undated = Articles without a date are left out: { $count }.
note-source-unknown = No article comes from “{ $name }”. Sources like it: { $near }.
note-sources-none = No article names its source or author.
also-in = Also in: { $titles }.
separator = { "; " }
day = { $month } { $day }, { $year }

sure = sure ({ NUMBER($share, style: "percent", maximumFractionDigits: 0) })
likely = likely ({ NUMBER($share, style: "percent", maximumFractionDigits: 0) })
check = to be checked ({ NUMBER($share, style: "percent", maximumFractionDigits: 0) })

no-sources = No article is indexed yet.
column-id = Id
column-title = Title
column-source = Source
column-date = Date
column-language = Language
column-passages = Passages

column-author = Author
column-url = Address
unknown = unknown
guessed = { $value } (guessed?)
left-out = Left out: { $what } ({ $why })
exported = { $articles ->
    [one] { $articles } article exported
   *[other] { $articles } articles exported
} to { $file }.
no-audit = Nothing has been changed yet.
by-itself = by itself
column-at = When
column-by = Who
column-what = What
column-about = Article or snapshot
column-details = Details
did-add = added
did-change = changed
did-edit = edited
did-remove = removed
did-import = imported
did-publish = published
did-rollback = rolled back

added = { $articles ->
    [one] 1 article added
   *[other] { $articles } articles added
}
changed = { $articles ->
    [one] 1 article changed
   *[other] { $articles } articles changed
}
unchanged = { $articles ->
    [one] 1 article unchanged
   *[other] { $articles } articles unchanged
}
removed = { $articles ->
    [one] 1 article removed
   *[other] { $articles } articles removed
}
would-be = A dry run, nothing is changed:
indexed = Snapshot { $snapshot }: { $passages ->
    [one] 1 passage
   *[other] { $passages } passages
}, { $encoded ->
    [one] 1 text read by the model
   *[other] { $encoded } texts read by the model
}, { $reused ->
    [one] 1 taken over
   *[other] { $reused } taken over
}, in { NUMBER($seconds, maximumFractionDigits: 1) } s.
planned = { $passages ->
    [one] 1 passage
   *[other] { $passages } passages
}, { $encoded ->
    [one] 1 text that the model would read
   *[other] { $encoded } texts that the model would read
}, { $reused ->
    [one] 1 taken over
   *[other] { $reused } taken over
}.
rolled-back = Snapshot { $back_to } answers again, in place of { $previous }.
sound = { $checked ->
    [one] 1 file or passage checked: all is as it was written.
   *[other] { $checked } files and passages checked: all is as it was written.
}
unsound = { $problems ->
    [one] 1 problem
   *[other] { $problems } problems
} in { $checked } checks:

status-snapshot = Snapshot
status-created = Made on
status-model = Model
status-articles = Articles
status-passages = Passages
status-collections = Collections
status-store = Kept in
status-index = Index
status-threshold = Confidence threshold
status-calibration = Calibration
status-kept = Snapshots kept
status-versions = Versions
none = none

stage = { $stage ->
    [encode] Encoding
    [write] Writing
    [ask] Asking
   *[other] Reading
}

figure-queries = questions asked
figure-answerable = of which some passage answers
figure-unanswerable = of which none answers
figure-passages = passages indexed
figure-recall-1 = share of questions whose passage comes first
figure-recall-3 = … among the first three
figure-recall-5 = … among the first five
figure-recall-10 = … among the first ten
figure-mrr-10 = mean of 1 / rank of the right passage
figure-answer_rate = share of the answerable questions that get an answer at the threshold
figure-precision_at_threshold = share of those answers whose first passage is right
figure-false_answer_rate = share of the unanswerable questions that get an answer
figure-auroc = chance that a right answer is surer than an unanswerable question
figure-ece = mean gap between the confidence and the share of right answers
figure-quote_fidelity = share of quotes that match the text, character by character
figure-milliseconds = per question: median / 95 % / 99 %
figure-threshold = confidence from which on it answers
figure-model = model
