-- What all collections share. A generation's own tables are made by uploading.py: g<seq>_...
CREATE SCHEMA IF NOT EXISTS verbatim;

CREATE TABLE IF NOT EXISTS verbatim.collections (
    name text COLLATE "C" PRIMARY KEY,
    live text,                                   -- id of the generation that serves
    made_at timestamptz NOT NULL DEFAULT now()
);

-- articles, their history, the journal of a change, proposals: by name, as in a local folder
CREATE TABLE IF NOT EXISTS verbatim.files (
    collection text COLLATE "C" NOT NULL REFERENCES verbatim.collections ON DELETE CASCADE,
    name text COLLATE "C" NOT NULL,
    data bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (collection, name)
);

-- the audit log: lines that are only ever added
CREATE TABLE IF NOT EXISTS verbatim.lines (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection text COLLATE "C" NOT NULL REFERENCES verbatim.collections ON DELETE CASCADE,
    name text COLLATE "C" NOT NULL,
    line bytea NOT NULL
);
CREATE INDEX IF NOT EXISTS lines_of_a_file ON verbatim.lines (collection, name, n);

CREATE TABLE IF NOT EXISTS verbatim.generations (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,   -- names its tables
    collection text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    state text NOT NULL CHECK (state IN ('building', 'kept', 'dropped')),
    manifest bytea NOT NULL,
    digest bytea NOT NULL,                                 -- SHA-256 of the manifest
    UNIQUE (collection, id)
);

-- texts that wait for a vector; whoever has the model takes some for a while
CREATE TABLE IF NOT EXISTS verbatim.work (
    collection text COLLATE "C" NOT NULL REFERENCES verbatim.collections ON DELETE CASCADE,
    model text COLLATE "C" NOT NULL,
    key bytea NOT NULL,
    text bytea NOT NULL,
    vector bytea,                                          -- float32, little end first
    leased_until timestamptz,
    PRIMARY KEY (collection, model, key)
);
CREATE INDEX IF NOT EXISTS work_by_length ON verbatim.work (collection, model, length(text))
    WHERE vector IS NULL;
