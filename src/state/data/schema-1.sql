-- What a run remembers for the next one. A step is never changed once it was released: the next one is
-- schema-2.sql, which brings a database of version 1 to version 2.
CREATE TABLE position (
    name TEXT NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL, fingerprinted INTEGER NOT NULL,
    offset INTEGER NOT NULL, lines INTEGER NOT NULL, cursor TEXT NOT NULL, seen INTEGER NOT NULL
);
CREATE TABLE told (
    id TEXT PRIMARY KEY, cause TEXT NOT NULL, upstream TEXT NOT NULL, confidence INTEGER NOT NULL,
    count INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, over INTEGER NOT NULL
);
-- Records of the last hours as they stood in their logs: incidents that go on are built anew from them.
CREATE TABLE kept (
    seq INTEGER PRIMARY KEY, name TEXT NOT NULL, format TEXT NOT NULL, line INTEGER NOT NULL,
    at INTEGER NOT NULL, text BLOB NOT NULL
);
CREATE TABLE outbox (
    message_id TEXT PRIMARY KEY, address TEXT NOT NULL, made INTEGER NOT NULL, body BLOB NOT NULL
);
PRAGMA user_version = 1;
