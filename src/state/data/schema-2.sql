-- Numbers that go on from run to run (-o metrics), errors a day (the trend), mails that may have left.
CREATE TABLE counter (
    family TEXT NOT NULL, first TEXT NOT NULL, second TEXT NOT NULL, value INTEGER NOT NULL,
    PRIMARY KEY (family, first, second)
);
CREATE TABLE day (day INTEGER PRIMARY KEY, errors INTEGER NOT NULL);
ALTER TABLE outbox ADD COLUMN tried INTEGER NOT NULL DEFAULT 0;
PRAGMA user_version = 2;
