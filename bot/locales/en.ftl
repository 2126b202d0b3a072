# What the bot says on Discord, in English. Another language is another file with the same keys.
small-words = the a an of to in is are was were who whom what which when where why how does do did has have and or for on at by with from about that this

# Answers
quote-open = {"“"}
quote-close = {"”"}
paragraph = § { $number }
sure-almost-certain = almost certain
sure-very-likely = very likely
sure-likely = likely
sure-possible = possible
sure-unlikely = unlikely
also-in = Also in: { $titles }
note-understood = Understood: “{ $words }”
note-understood-as = Understood: “{ $words }”, { $filters }
note-searched = Searched: { $filters }
note-widened = Nothing there answers, so all the articles were searched.
refusal-empty-corpus = No article is indexed yet. Somebody who runs this server can add some.
refusal-not-found = I found nothing in the articles that answers this question.
refusal-no-match-in-filter = I found nothing that answers this question in what was asked for.
refusal-no-match-in = I found nothing that answers this question { $filters }.
nearest = The nearest articles are:
filter-between = from { $since } to { $until }
filter-since = since { $since }
filter-until = until { $until }
filter-source = in { $name }
filter-article = in this article
day = { $month } { $day }, { $year }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

# Buttons
button-open = Open the article
button-read = Read in the article
button-context = Context
button-context-of = Context no. { $number }
button-more = More passages
button-useful = Useful
button-useless = Not useful
button-follow-up = Follow-up question
button-publish = Show to the channel
button-previous = Previous
button-next = Next
button-read-on = Read the article from here

# Reading
page = § { $number } of { $total }
passages = { $count ->
    [0] no passage
    [one] one passage
   *[other] { $count } passages
}
sources-title = { $count ->
    [0] No article
    [one] One article
   *[other] { $count } articles
}
sources-filter = Filter: { $text }
sources-page = Page { $page } of { $pages }
sources-open = Open an article
sort-date = By date
sort-title = By title
sort-source = By source

# Talking
mention-help = Ask me a question about the articles, and I answer with their own words. /help says what else I can do.
error-more-nothing = There are no more passages for this question.
follow-up-title = Follow-up question
follow-up-label = Your question about this article

# Errors: one sentence each, and what to do
error = { $sentence } (code { $code })
error-unexpected = Something went wrong on our side; please try again, and give the operator this code if it happens again.
error-timeout = The search took too long and was stopped; please try again in a moment.
error-question-empty = The question is empty; write a few words.
error-question-too-long = The question is too long; ask it in at most 1000 characters.
error-question-no-words = The question has no word to search for; write a few words.
error-article-gone = This article is no longer in the corpus; /sources lists those that are.
error-passage-gone = This passage has changed or has been removed since; ask the question again.
error-question-gone = The question can no longer be read from this message; ask it again.
error-filter-gone = The source or the article that this was narrowed to is gone; ask the question again.
error-article-unknown = No article has this title; choose one from the list as you type.
error-snapshot-gone = This snapshot is not kept; choose one from the list as you type.
error-busy = The articles are being indexed already; please wait for the end. { $detail }
error-storage = The disk is full or cannot be written; the operator can see why under this code.
error-engine = The index cannot be used just now; the operator can see why under this code.
error-command-changed = This command has changed; reload Discord (Ctrl+R) and try again.
error-bad-option = One of the options cannot be read; check it and try again.
error-not-allowed = Only people who may manage this server can do this.
error-forbidden = Discord does not let me write there; ask somebody who manages the server to allow it.
error-discord = Discord did not take the message; please try again.
error-dead = This button no longer does anything; ask the question again.
error-channel = I answer in other channels of this server: { $channels }
error-cooldown-user = Not so fast: you can ask again in { $seconds ->
    [one] one second
   *[other] { $seconds } seconds
}.
error-cooldown-channel = This channel has just asked: the next question can come in { $seconds ->
    [one] one second
   *[other] { $seconds } seconds
}.
error-date = I cannot read “{ $text }” as a date; write it like 2018-06-21, 06/2018 or 2018.
error-dates-crossed = The first day is after the last one; exchange them.
error-no-text = This message has no text that I could look for.
error-server-only = This only works on a server.

# Commands
ask-name = ask
ask-description = Ask a question: the answer is a passage of the articles, word for word
ask-question-name = question
ask-question-description = Your question, in a few words
ask-source-name = source
ask-source-description = Only in this source
ask-since-name = since
ask-since-description = Only what was published from this day on: 2018-06-21, 06/2018 or 2018
ask-until-name = until
ask-until-description = Only what was published up to this day: 2018-06-21, 06/2018 or 2018
ask-public-name = public
ask-public-description = Answer in the channel, or to you alone
sources-name = sources
sources-description = List the articles that answers are taken from
sources-filter-name = filter
sources-filter-description = Words of the title, the source or the author
sources-sort-name = sort
sources-sort-description = What to sort by
source-name = source
source-description = Read an article passage by passage
source-title-name = title
source-title-description = The article's title
admin-name = admin
admin-description = For people who manage this server
reindex-name = reindex
reindex-description = Read all articles again and publish a new index
reindex-full-name = full
reindex-full-description = Compute everything anew, and reuse nothing
status-name = status
status-description = What serves now: articles, passages, model, snapshots
rollback-name = rollback
rollback-description = Serve an earlier snapshot again
rollback-snapshot-name = snapshot
rollback-snapshot-description = Which one; by default the one before
remove-name = remove
remove-description = Take an article out of the corpus
remove-article-name = article
remove-article-description = The article's title

# Administration
reindex-starts = Indexing begins.
reindex-progress = Indexing: { $stage }, { $done } of { $total }
stage-read = reading
stage-split = cutting into passages
stage-encode = computing the vectors
stage-check = checking
stage-other = working
reindex-handed = Indexing goes on: { $link }
reindex-done = Indexing is done.
report-snapshot = Snapshot: { $snapshot }
report-changes = Articles: { $added } added, { $changed } changed, { $removed } removed
report-passages = { $passages } passages; { $reused } texts taken over, { $encoded } computed, in { $seconds } s
status-title = What serves now
status-nothing = no snapshot
status-snapshot = Snapshot: { $snapshot }, { $when }
status-counts = { $articles } articles, { $passages } passages
status-collections = Collections: { $names }
status-model = Model: { $model } ({ $dimension } dimensions), index: { $index }
status-threshold = Least probability that is answered: { $threshold } (calibration: { $calibration })
status-kept = Kept snapshots:
status-versions = Versions: { $versions }
rollback-done = The snapshot { $snapshot } serves now; before, it was { $previous }.
snapshot-choice = { $snapshot }: { $articles } articles, { $passages } passages
remove-ask = This takes the article out of the corpus and of all answers:
remove-confirm = Remove
remove-done = The article is removed.

# Votes
vote-thanks = Thank you: your vote is counted. You can change it, and /privacy shows or deletes what is kept of you.
reason-title = Why was it not useful?
reason-label = What was missing, or wrong?

# Finding sources
menu-name = Find the sources
menu-title = Sources of this message
menu-none = No passage speaks of this.
menu-left = { $count ->
    [one] One more sentence was not looked for.
   *[other] { $count } more sentences were not looked for.
}

# Help and privacy
help-name = help
help-description = What can be asked here, with examples
help-title = What you can do
help-intro = Ask a question with a command, by mentioning me, or in a private message. I answer with the words of the articles, never with my own.
help-example = Example: { $example }
help-menu = in the menu of a message (Apps): shows the passages that speak of it, sentence by sentence
privacy-name = privacy
privacy-description = What is kept, for how long; get or delete what is kept of you
privacy-title = What is kept
privacy-keep-off = Nothing of your questions is kept or logged.
privacy-keep-on = An admin has turned keeping on here: questions that find no answer, and the questions of the answers that you vote on, are kept with your Discord id for { $days } days, so that the search can be improved.
privacy-votes = When you say that an answer was useful or not: your vote, your reason, which passage it was about and your Discord id, for { $days } days.
privacy-yours = { $count ->
    [0] Of you, nothing is kept.
    [one] Of you, one entry is kept.
   *[other] Of you, { $count } entries are kept.
}
button-export = Give me what is kept of me
button-forget = Delete it
privacy-given = This is all that is kept of you.
privacy-forgotten = { $count ->
    [0] There was nothing to delete.
    [one] One entry was deleted.
   *[other] { $count } entries were deleted.
}

# What holds on a server
settings-name = settings
settings-description = What holds on this server: see it, change it
settings-public-name = public
settings-public-description = Whether answers are for the channel when the asker does not say
settings-keep-name = keep
settings-keep-description = Keep unanswered questions and those of votes, to improve the search; /privacy says so
settings-cooldown-name = cooldown
settings-cooldown-description = Seconds between two questions of one person
settings-channel-cooldown-name = channel-cooldown
settings-channel-cooldown-description = Seconds between two questions in one channel
settings-allow-name = allow
settings-allow-description = A channel to answer in; as soon as there is one, only in those
settings-forbid-name = forbid
settings-forbid-description = A channel to take off the list of those
rules-title = What holds on this server
rules-public = Answers are for the channel, unless the asker says otherwise.
rules-private = Answers are for the asker alone, unless they say otherwise.
rules-channels = Channels: { $channels }
rules-everywhere = all
rules-cooldown-user = Between two questions of one person: { $seconds } s
rules-cooldown-channel = Between two questions in one channel: { $seconds } s
rules-keep-on = Unanswered questions and those of votes are kept; /privacy says so.
rules-keep-off = No question is kept.
questions-name = questions
questions-description = Unanswered questions, and what people thought of answers
records-title = Questions and votes
records-votes = Votes: { $useful } useful, { $useless } not useful
records-unanswered = { $count ->
    [0] No question was left unanswered.
    [one] One question was left unanswered:
   *[other] { $count } questions were left unanswered:
}
export-name = export
export-description = Questions and votes as a labelled set that “verbatim eval” reads
export-done = { $count ->
    [one] A labelled set with one question: unzip it, then run “verbatim eval” on the folder.
   *[other] A labelled set with { $count } questions: unzip it, then run “verbatim eval” on the folder.
}
error-keeps-nothing = No question is kept on this server; /admin settings can turn that on.
error-too-large = The set is too large for Discord; the operator can make it on the machine itself.
