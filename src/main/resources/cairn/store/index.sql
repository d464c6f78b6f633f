-- The index of a store. All of it can be rebuilt from the packs; user_version is its version.

-- Counters: 'sequence' numbers commits; 'sweeps' counts their beginnings and ends, so is odd during one;
-- 'follower …' is the last that somebody dealt with who follows changes.
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counter VALUES ('sequence', 0), ('sweeps', 0);

-- Pack files; what lies beyond the length was never committed.
CREATE TABLE pack (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, length INTEGER NOT NULL);

-- Frames of blocks; 'length' in the pack, 'raw' once decoded, 'base' is the frame that a delta builds on or 0,
-- 'looked' tells that a repacking left the frame whole.
CREATE TABLE frame (id INTEGER PRIMARY KEY AUTOINCREMENT, pack INTEGER NOT NULL, offset INTEGER NOT NULL,
    length INTEGER NOT NULL, raw INTEGER NOT NULL, base INTEGER NOT NULL DEFAULT 0,
    sequence INTEGER NOT NULL, looked INTEGER NOT NULL DEFAULT 0, UNIQUE (pack, offset));

-- What frames have in common with others that may build on them.
CREATE TABLE sketch (number INTEGER NOT NULL, frame INTEGER NOT NULL, PRIMARY KEY (number, frame)) WITHOUT ROWID;

-- Where each block is in its decoded frame.
CREATE TABLE block (key BLOB PRIMARY KEY, frame INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE path (id INTEGER PRIMARY KEY AUTOINCREMENT, hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL, folder TEXT NOT NULL,
    cid BLOB NOT NULL, tree BLOB NOT NULL, nar_hash BLOB NOT NULL, nar_size INTEGER NOT NULL, self INTEGER NOT NULL,
    deriver TEXT, ca TEXT, registered INTEGER NOT NULL, sequence INTEGER NOT NULL);
CREATE INDEX path_by_name ON path (name, hash);
CREATE INDEX path_by_cid ON path (cid);
CREATE INDEX path_by_tree ON path (tree);
CREATE INDEX path_by_nar ON path (nar_hash);
CREATE TABLE reference (path INTEGER NOT NULL, target INTEGER NOT NULL, PRIMARY KEY (path, target)) WITHOUT ROWID;
CREATE INDEX referrer ON reference (target, path);
CREATE TABLE signature (path INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (path, text)) WITHOUT ROWID;

CREATE TABLE pin (name TEXT PRIMARY KEY, cid BLOB NOT NULL, since INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE realisation (id TEXT PRIMARY KEY, json BLOB NOT NULL, vouched INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE log (derivation TEXT PRIMARY KEY, cid BLOB NOT NULL) WITHOUT ROWID;

-- What other rooms of the house keep: one line for each entry, opaque here.
CREATE TABLE event (cursor INTEGER PRIMARY KEY, topic TEXT NOT NULL, at INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX event_by_topic ON event (topic, cursor);

-- What changed, in order; followers remember the last cursor that they saw.
CREATE TABLE change (cursor INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL);
