# What the bot says on Discord, in English. Another language is another file with the same keys.
small-words = the a an of to in is are was were who whom what which when where why how does do did has have and or for on at by with from about that this

# Answers
quote-open = {"“"}
quote-close = {"”"}
paragraph = paragraph { $number }
also-in = Also in: { $titles }
between-titles = {"; "}
note-understood = Understood: “{ $words }”
note-understood-as = Understood: “{ $words }”, { $filters }
note-searched = Searched: { $filters }
note-only = Only { $filters }
note-widened = Nothing there answers, so all the articles were searched.
note-thanks = You’re welcome. Ask the articles anything else.
note-goodbye = Goodbye.
note-greeting = Hello! Ask me a question about the articles: I answer with their own words.
note-about = I am a program. I quote passages of the articles, word for word, and write nothing myself: ask me about them, or “which articles are there?”.
note-articles = Articles: { $titles } (/sources lists them all)
note-unclear = The question does not say what it is about: name it.
note-day-unread = “{ $words }” could not be read as days of publication: nothing was narrowed to it.
note-words-outside = “{ $words }” was not followed: it lies outside what the search was narrowed to.
note-undated = Articles without a date are left out: { $count }.
note-source-unknown = No article comes from “{ $name }”. Sources like it: { $near }.
note-sources-none = No article names its source or author.
refusal-empty-corpus = There are no articles here yet.
refusal-not-found = The articles do not answer this.
refusal-no-match-in-filter = Nothing answers this within what was asked for.
refusal-no-match-in = Nothing answers this { $filters }.
nearest-open = Open a related article
filter-between = from { $since } to { $until }
filter-since = since { $since }
filter-until = until { $until }
filter-source = from { $name }
filter-article = in this article
day = { $month } { $day }, { $year }

# Buttons
button-open = Open the article
button-read = Read in the article
button-context = Context
button-more = More passages
button-useful = Useful
button-useless = Not useful
button-publish = Post in the channel
button-previous = Previous
button-next = Next
button-read-on = Read the article from here

# Reading
page = Paragraph { $number } of { $total }
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
sources-none = Filter: { $text } (/sources without one lists them all)
sources-page = Page { $page } of { $pages }
sources-open = Open an article
sort-date = By date
sort-title = By title
sort-source = By source

# Talking
mention-help = Hello! Ask me a question about the articles: I answer with their own words. /help says what else I can do.
mention-forbidden = I am not allowed to write in { $channel }; ask me here, or ask somebody who manages the server to allow it.
error-more-nothing = There are no more passages for this question.

# Errors: one sentence each, and what to do
error = { $sentence } (code { $code })
typed = What you had written:
error-unexpected = Something went wrong on our side; please try again, and give the operator this code if it happens again.
error-timeout = The search took too long and was stopped; please try again in a moment.
error-question-empty = The question is empty; write a few words.
error-question-too-long = The question is too long; ask it in at most 1000 characters.
error-question-no-words = The question has no word to search for; write a few words.
error-article-gone = This article is no longer in the corpus; /sources lists those that are.
error-passage-gone = This passage has changed or has been removed since; ask the question again.
error-question-gone = The question can no longer be read from this message; ask it again.
error-filter-gone = The source or the article that this was narrowed to is gone; ask the question again.
error-article-unknown = No article has this title; /sources lists those that there are.
error-article-not-yours = No article of this server has this title; those that all servers share only the operator can change.
error-article-no-history = No article of this server has this title; without a title, /admin history shows what was removed too.
error-busy = The articles are being indexed already; please wait for the end.
error-busy-since = The articles are being indexed already (begun { $since }); please wait for the end.
error-storage = The disk is full or cannot be written; give the operator this code, which tells why.
error-database = Nothing was saved: the database cannot be reached. Questions still work; try this again later.
error-engine = The index cannot be used just now; give the operator this code, which tells why.
error-command-changed = This command has changed; reload Discord (Ctrl+R) and try again.
error-typed-command = A command that is sent as a message does not reach me: type / and choose it from the list that opens. Here, just write your question.
error-bad-option = One of the options cannot be read; check it and try again.
error-not-allowed = Only people who manage this server, or whose role its admins named as editors (/admin settings), can do this.
error-opening = The articles of this server are just being loaded; try again in a moment.
error-forbidden = Discord does not let me write in that channel or thread; ask somebody who manages the server to allow it.
error-gone = The message or the channel is gone; begin again.
error-discord = Discord did not take the message; please try again.
error-dead = This button no longer does anything; begin again.
error-channel = I answer in other channels of this server: { $channels }
error-channel-gone = The channels where I answered are gone; ask somebody who manages the server to choose one with /admin settings.
error-same-channel = Nothing was changed: “allow” and “forbid” name the same channel; choose one of the two.
error-cooldown-user = Not so fast: you can ask again in { $seconds ->
    [one] one second
   *[other] { $seconds } seconds
}.
error-cooldown-channel = Somebody has just asked in this channel: the next question can come in { $seconds ->
    [one] one second
   *[other] { $seconds } seconds
}.
error-date = I cannot read “{ $text }” as a date; write the whole day, such as 2018-06-21 or 21/06/2018.
error-month = I cannot read “{ $text }” as a month; choose one from the list as you type, or write it like 2018-06.
error-source-unknown = No article comes from “{ $text }”; choose a source from the list as you type.
error-dates-crossed = The first day is after the last one; swap them.
error-no-text = I see no sentence to look for there: one of at least three words is needed.
error-own = This is my own answer: each quote in it is word for word, with its source. The button under a quote opens it in its place.
error-server-only = This only works on a server.
error-not-operator = Only the operator of this bot can change the articles that all servers share; leave that option out.
error-refused = Nothing was changed. { $detail }
error-proposal-gone = This proposal is no longer there: it was confirmed or cancelled, or is older than a day; begin again.
error-gate = The new index would answer golden questions less well, so nothing was changed.
error-nothing-to-add = There is neither a file nor the address of a page to add here; /admin add takes both.
error-nothing-changed = Nothing was changed in the form, so there is nothing to do.
error-bad-url = This is not a web address; write it whole, from https:// on.

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
status-description = What is published: articles, passages, last change
rollback-name = rollback
rollback-description = Go back to an earlier snapshot
rollback-snapshot-name = snapshot
rollback-snapshot-description = Which one; by default the last with other articles
remove-name = remove
remove-description = Take an article out of the corpus
any-article-name = article
any-article-description = The article's title
any-shared-name = shared
any-shared-description = For the operator: the articles that all servers share
add-name = add
add-description = Add stories: files or a page; a preview first, then you confirm
add-file-name = file
add-file-description = A story: text, Markdown, HTML, PDF, DOCX, ODT, or several in a ZIP
add-url-name = url
add-url-description = The address of a page, a feed or a sitemap
add-file-2-name = file-2
add-file-2-description = One more file
add-file-3-name = file-3
add-file-3-description = One more file
add-file-4-name = file-4
add-file-4-description = One more file
add-file-5-name = file-5
add-file-5-description = One more file
edit-name = edit
edit-description = Correct an article: its title, source, author, date, address, or its text
history-name = history
history-description = What happened to an article, or to all: who, when, what changed
history-article-name = article
history-article-description = The article's title; without it, all of them
add-menu-name = Add to the corpus

# Administration
reindex-starts = Indexing begins.
reindex-progress = Indexing: { $stage }, { $done } of { $total }
stage-encode = reading the texts
stage-write = writing
stage-other = working
reindex-handed = Indexing goes on: { $link }
reindex-done = Indexing is done.
report-snapshot = Snapshot: { $snapshot }
report-changes = Articles: { $added } added, { $changed } changed, { $removed } removed
report-passages = { $passages ->
    [one] { $passages } passage
   *[other] { $passages } passages
} in { NUMBER($seconds, minimumFractionDigits: 1, maximumFractionDigits: 1) } s; texts read by the model: { $encoded }, reused: { $reused }
report-notes = { $count ->
    [one] One remark is in the log, for the operator.
   *[other] { $count } remarks are in the log, for the operator.
}
status-title = Published now
status-nothing = Nothing is published yet.
status-snapshot = Snapshot: { $snapshot }
status-counts = { $articles ->
    [one] { $articles } article
   *[other] { $articles } articles
}, { $passages ->
    [one] { $passages } passage
   *[other] { $passages } passages
}
status-collections = Collections: { $names }
status-model = Model: { $model } ({ $dimension } dimensions), index: { $index }
status-threshold = Questions are answered from a confidence of { NUMBER($threshold, style: "percent", maximumFractionDigits: 0) }.
status-kept = Kept snapshots:
status-versions = Versions: { $versions }
rollback-done = Back to the snapshot of { $when }.
    Articles: { $added } came back, { $changed } changed, { $removed } removed
remove-ask = This takes the article out of the corpus and of all answers:
remove-confirm = Remove
reindex-left = {"; "}about { $time } left
lasting-seconds = { $count ->
    [one] one second
   *[other] { $count } seconds
}
lasting-minutes = { $count ->
    [one] one minute
   *[other] { $count } minutes
}
done-by = by { $name }
yourself = you
snapshot-size = { $articles ->
    [one] { $articles } article
   *[other] { $articles } articles
}, { $passages ->
    [one] { $passages } passage
   *[other] { $passages } passages
}
button-confirm = Confirm
button-cancel = Cancel
button-correct = Correct
button-anyway = Publish all the same
proposal-title = To confirm
proposal-nothing = Nothing to add
proposal-count-added = { $count } to add
proposal-count-changed = { $count } to change
proposal-count-unchanged = { $count } already there
proposal-count-rejected = { $count } not taken
proposal-new = New:
proposal-change = Changed:
proposal-before-after = { $field }: { $before } → { $after }
proposal-text = The text is different: { $changed ->
    [one] one paragraph
   *[other] { $changed } paragraphs
} changed, { $added } added, { $removed } removed.
proposal-guessed = guessed: { $fields }
proposal-unchanged = Already there, unchanged:
proposal-rejected = Not taken:
proposal-cost = { $count ->
    [0] Nothing needs to be indexed again.
   *[other] Indexing takes about { $time }.
} Nothing changes until you confirm.
proposal-pick = Correct one of them
proposal-dropped = Cancelled: nothing was changed.
and-more = … and { $count } more
list-added = Added:
list-changed = Changed:
list-removed = Removed:
field-title = title
field-source = source
field-author = author
field-date = date
field-url = address
field-language = language
field-passages = passages
language-fr = French
language-en = English
add-files = Files
add-links = Addresses of pages, one a line
edit-title = Correct an article
edit-date = date, like 2018-06-21
rejected-type = { $name } cannot be read: attach one of { $kinds }.
rejected-size = { $name } holds more than { $megabytes } MB; cut it, or take out its pictures.
rejected-lost = { $name } could not be fetched from Discord; attach it again.
change-done = Done: it is published.
change-nothing = Nothing was added.
passages-unchanged = { $count ->
    [one] One article was there already.
   *[other] { $count } articles were there already.
}
gate-title = Nothing was changed
gate-recall = Of the golden questions, { NUMBER($before, style: "percent", maximumFractionDigits: 1) } find their passage among the first three now; it would be { NUMBER($after, style: "percent", maximumFractionDigits: 1) }.
gate-broken = These would no longer find it:
gate-choose = You may publish it all the same, or leave everything as it is.
corrected-on = Corrected on { $day }
history-count = { $count ->
    [0] Nothing has changed yet.
    [one] One change:
   *[other] { $count } changes:
}

# Votes
vote-thanks = Thank you: your vote is counted. You can change it; /privacy shows or deletes what is kept about you.
reason-title = What was wrong?
reason-label = What was missing, or wrong?

# Finding sources
menu-name = Find the sources
menu-title = Sources of this message
menu-left = { $count ->
    [one] One more sentence was not looked for.
   *[other] { $count } more sentences were not looked for.
}

# Help and privacy
help-name = help
help-description = What I can do, how to ask, and what I cannot do
help-title = What I can do
help-intro = I answer questions with the articles’ own words, and say so when they do not answer.
privacy-name = privacy
privacy-description = What is kept and for how long; receive or delete your data
privacy-title = What is kept
privacy-keep-off = Your questions are neither kept nor logged.
privacy-keep-on = An admin has turned keeping on here: questions that find no answer, and the questions of the answers that you vote on, are kept with your Discord id for { $days } days, so that the search can be improved.
privacy-keep-operator = The operator of this bot has turned keeping on: questions that find no answer, and the questions of the answers that you vote on, are kept with your Discord id for { $days } days, so that the search can be improved.
privacy-votes = When you say that an answer was useful or not: your vote, your reason, which passage it was about and your Discord id, for { $days } days.
privacy-server = The articles that admins add on a server are searched and shown there alone. When the bot is removed from a server, they are deleted { $days } days later, with the votes, the kept questions and the settings of that server; its admins can get the articles from the operator before.
privacy-yours = { $count ->
    [0] Nothing about you is kept.
    [one] One entry about you is kept.
   *[other] { $count } entries about you are kept.
}
privacy-forget = { $count ->
    [0] Nothing about you is kept: there is nothing to delete.
    [one] The one entry about you will be deleted for good.
   *[other] The { $count } entries about you will be deleted for good.
}
button-export = Get my data
button-forget = Delete my data
privacy-given = This is all that is kept about you.
privacy-forgotten = { $count ->
    [0] There was nothing to delete.
    [one] One entry was deleted.
   *[other] { $count } entries were deleted.
}

# What holds on a server
settings-name = settings
settings-description = The settings of this server: see them, change them
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
rules-title = Settings of this server
rules-public = Answers are for the channel, unless the asker says otherwise.
rules-private = Answers are for the asker alone, unless they say otherwise.
rules-channels = Channels: { $channels }
rules-everywhere = all; the option “allow” chooses some
rules-nowhere = none, because those that were chosen are gone; the option “allow” chooses others
rules-cooldown-user = Between two questions of one person: { $seconds ->
    [0] no wait
   *[other] { NUMBER($seconds, maximumFractionDigits: 1) } s
}
rules-cooldown-channel = Between two questions in one channel: { $seconds ->
    [0] no wait
   *[other] { NUMBER($seconds, maximumFractionDigits: 1) } s
}
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
export-articles-name = articles
export-articles-description = The articles of this server as a ZIP, in place of the questions and votes
export-articles-done = { $count ->
    [0] No article for now, only the history: “verbatim import” reads this file.
    [one] One article, with its history: “verbatim import” reads this file.
   *[other] { $count } articles, with their history: “verbatim import” reads this file.
}
export-done = { $count ->
    [0] No question and no vote is kept yet: the set has nothing but the articles.
    [one] A labelled set with one question: unzip it, then run “verbatim eval” on the folder.
   *[other] A labelled set with { $count } questions: unzip it, then run “verbatim eval” on the folder.
}
error-keeps-nothing = No question is kept on this server; /admin settings can turn that on.
error-too-large = The set is too large for Discord; the operator can make it on the machine itself.
sure-sure = sure
sure-likely = likely
sure-check = to be checked
written-in-en = in English
written-in-fr = in French
note-follows = Understood as: “{ $question }”
button-near = Show the closest passage
near-title = The closest passage. It may not answer the question.
button-news = Ask the newsroom
button-tell = Tell me when a story answers
button-add = Add stories
button-about = Ask about this article
button-on = Ask on
button-ask = Ask
button-jump = Go to page…
jump-title = Go to a page
jump-label = Number of the page
error-page = Write the number of a page, such as 3.
which = Several articles match this title. Which one?
error-article-several = Several articles match this title; write it in full, add the source or the author or, in a command, choose it from the list.
question-label = Your question
welcome = You are welcome.
thanks-words = thanks, thank you, thank you very much, many thanks, thx, ty, cheers, great, perfect, ok, okay, cool, nice, got it, good bot
hello-words = hello, hi, hey, good morning, good evening, good afternoon, hello there, hi there
about-words = help, help me, what can you do, what do you do, what do you know, who are you, what are you, what can I ask, what can I ask you, what topics do you know, summarise, summarize, summarise this, summarize this, summarise the article, summarize the article, summarise the articles, summarize the articles, give me a summary
check-words = check this, check that, check it, verify this, verify that, fact check, fact check this, factcheck, source, sources, is this true, is that true, is it true, true, true or false, really
error-check-what = Reply to the message that I should check, and mention me in the reply. Or open that message’s menu (right click, or press and hold), then Apps, then “Find the sources”.
error-no-text-given = Discord does not show me the text of that message. Open its menu (right click, or press and hold), then Apps, then “Find the sources”.
menu-says = **An article says so:**
menu-speaks = An article speaks of it, without saying so:
menu-nothing = No article speaks of it.
help-ask = **Ask**: { $ask }, or mention me, or write to me in private. Reply to my answer to ask on.
help-read = **Read**: { $sources } lists the articles, { $source } opens one.
help-check = **Check**: open a message’s menu, then Apps, then “Find the sources”; or reply to it with “check this” and mention me.
help-data = **Your data**: { $privacy }
help-admins = **For editors**: { $commands }
help-limits = I write nothing of my own, have no opinions and do not search the web: what is not in the articles, I do not know.
help-owner = Run by { $name }.
privacy-moment = What you asked in the last 15 minutes is held in memory, so that you can ask on, and then forgotten. While an answer is under way, the question is noted, for 15 minutes at the most, so that a crash loses nothing.
privacy-watches = If you ask to be told when a story answers, or ask the newsroom: that question and your Discord id, until it is answered, { $days } days at the most. A change of articles that is under way is noted with your id until its end.
sources-source-name = source
sources-source-description = Only the articles of this source
sources-month-name = month
sources-month-description = Only the articles of this month
sources-page-name = page
sources-page-description = Which page of the list
settings-editors-name = editors
settings-editors-description = A role that may add, edit, remove and reindex; name it again to take it off
settings-newsroom-name = newsroom
settings-newsroom-description = The channel where the newsroom takes readers’ questions; name it again to turn this off
settings-tell-name = tell
settings-tell-description = Whether people may ask to be told when a story answers
rules-editors = May change the articles, besides those who manage the server: { $roles } (to show them /admin too: Server settings, Integrations)
rules-editors-none = Only people who manage the server may change the articles.
rules-news = Readers’ questions for the newsroom come to { $channel }.
rules-news-none = Readers cannot ask the newsroom.
rules-tell-on = People may ask to be told when a story answers.
rules-tell-off = People cannot ask to be told when a story answers.

# The newsroom
news-consent = This question and your name go to this server’s newsroom. Both are kept until it answers, { $days } days at the most; /privacy shows and deletes them.
news-agree = Send it
news-kept = The newsroom has your question. Its answer will come to you in private.
news-title = A reader asks
news-asker = Asked by { $name }; the articles do not answer it.
news-answer = Answer
news-story = A story answers it
news-decline = Put aside
news-words-label = Your answer, sent to the reader as it is
news-title-label = Title of the article
news-reason-label = Reason, if any, sent as it is
news-reply = Reply of the newsroom of { $name }, in its own words:
news-by-story = The newsroom of { $name } answers you with this story:
news-declined = The newsroom of { $name } cannot answer your question:
news-closed = Answered by { $name }.
news-closed-declined = Put aside by { $name }.
news-unreached = Put aside by { $name }; its asker could not be told.
tell-consent = You will be told once, in private, as soon as a story answers. Until then this question and your Discord id are kept, { $days } days at the most; /privacy shows and deletes them.
tell-agree = Keep it and tell me
tell-kept = Done: you will be told once a story answers.
tell-title = A story answers what you asked:
tell-once = The question is deleted now: you are told only once.
error-not-offered = This server does not offer this, or no longer does.
error-newsroom = The newsroom’s channel does not take the question now; try again, or tell somebody who manages the server.
error-unreached = Nothing was sent: the person who asked takes no messages from me now. Try again later, or put the question aside.
error-inquiry-gone = This question is already answered, or was deleted by its asker.
error-too-many-waiting = { $most } of your questions are waiting already; wait for an answer, or delete them with /privacy.
restarted = I was restarted before I could answer; please ask again.
joined-title = Hello, I am Verbatim
joined-intro = I answer questions about your stories with their own words, and say so when they do not answer.
joined-empty = Next step: add your stories, as files or as addresses of pages.
joined-ready = { $count ->
    [one] One article is there already: ask with /ask, or mention me.
   *[other] { $count } articles are there already: ask with /ask, or mention me.
} You can add your own.
status-changed = Last change: { $when }
status-unanswered = { $count ->
    [0] No question was left unanswered this week.
    [one] One question was left unanswered this week.
   *[other] { $count } questions were left unanswered this week.
}
status-calibration = Calibration: { $calibration }
status-details-name = details
status-details-description = Show model, index, snapshots and versions too
history-all = History of the articles
did-add = “{ $name }” was added
did-change = “{ $name }” was changed
did-edit = “{ $name }” was corrected
did-remove = “{ $name }” was removed
did-import = “{ $name }” was imported
did-publish = { $count ->
    [0] everything was indexed again
   *[other] published: { $added } added, { $changed } changed, { $removed } removed
}
did-rollback = went back to an earlier snapshot
before-change = Before { $change }
field-text = text
records-week = Week of { $day }
records-columns = week,question,count,article,passage
records-closest = Closest: { $title }, “{ $text }”

# Corrections, history and feeds
edit-text-name = text
edit-text-description = Correct the text itself, in place of what is known of the article
edit-text = { $parts ->
    [one] text
   *[other] text, part { $part } of { $parts }
}
button-replace = Replace
button-another = Add as another
button-restore = Restore
proposal-corrects = Seems to correct:
proposal-left = { $count ->
    [one] There is no room for one article:
   *[other] There is no room for { $count } articles:
}
proposal-left-out = Left out on purpose:
proposal-omitted = { $name }: { $what } ({ $why })
list-left = No room for:
room = Room: { $told }
room-articles = { $used } of { $most } articles
room-characters = { $used } of { $most } characters
room-additions = { $used } of { $most } additions in 24 hours
reindex-waits = Somebody else is changing the articles: yours is next.
work-done = I was restarted during this change, and it is published.
work-broken-off = I was restarted in the middle of this change: nothing was changed. Begin it again?
work-again = Begin again
done-by-itself = automatically
did-restore = “{ $name }” was restored
history-restore = “Restore” proposes the article as it was before that change.
error-said = { $detail }
error-overtaken = Nothing was changed, as this happened since you were shown it:
overtaken-next = If your change is still wanted, ask for it again: it will start from what is published now.
error-text-too-long = This text is too long for a form of { $most } characters: upload a corrected file with /admin add, and it takes the article’s place.
error-text-moved = Somebody changed this text while you were writing: open the form again, to see what it is now. Nothing was changed.
error-feed-gone = This feed is not watched here; /admin watch lists those that are.
error-feed-which = Say too which feed to announce: the option “address” names it.
error-too-many-feeds = This server may watch { $most } feeds, and does: stop one first.
watch-name = watch
watch-description = Watch a feed or a sitemap: its new pages become articles of this server
watch-address-name = address
watch-address-description = The address of a feed or a sitemap; without it, the list of those watched
watch-announce-name = announce
watch-announce-description = The channel where each new story is announced
watch-stop-name = stop
watch-stop-description = A feed to watch no more
feeds-title = Watched feeds
feeds-count = { $count ->
    [0] None yet, of { $most } that this server may watch.
   *[other] { $count } of { $most } that this server may watch:
}
feeds-how = Each is checked every { $minutes } minutes. What stands in it at first is added; what comes later is announced too, where you chose a channel.
feeds-announced = announced in { $channel }
feeds-looked = checked { $when }
feeds-this = This address
feeds-new = first check within two minutes
announced = New story
announced-more = { $count ->
    [one] And one more new story: /sources lists it.
   *[other] And { $count } more new stories: /sources lists them.
}
button-story = Ask about this story

# Attached files: without accents, which Discord takes out of names
file-proposal = proposal.txt
file-report = report.txt
file-typed = text.txt
file-broken = lost-questions.txt
file-unanswered = unanswered-questions.csv
file-labelled = labelled-set.zip
file-articles = articles.zip
