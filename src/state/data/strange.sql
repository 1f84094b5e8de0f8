-- How many rows hold what no version of ours writes.
SELECT (SELECT count(*) FROM position
        WHERE typeof(name) || typeof(cursor) <> 'texttext'
           OR typeof(device) || typeof(inode) || typeof(fingerprint) <> 'integerintegerinteger'
           OR typeof(fingerprinted) || typeof(offset) || typeof(lines) <> 'integerintegerinteger'
           OR typeof(seen) <> 'integer' OR offset < 0 OR lines < 0)
     + (SELECT count(*) FROM told
        WHERE typeof(id) || typeof(cause) || typeof(upstream) <> 'texttexttext'
           OR typeof(start) || typeof(end) || typeof(count) <> 'integerintegerinteger'
           OR typeof(confidence) <> 'integer' OR count < 0
           OR over NOT IN (0, 1))
     + (SELECT count(*) FROM kept
        WHERE typeof(name) || typeof(format) || typeof(text) <> 'texttextblob'
           OR typeof(line) || typeof(at) <> 'integerinteger' OR line < 0 OR seq < 0)
     + (SELECT count(*) FROM outbox
        WHERE typeof(message_id) || typeof(address) <> 'texttext' OR typeof(made) <> 'integer'
           OR typeof(body) NOT IN ('text', 'blob') OR tried NOT IN (0, 1))
     + (SELECT count(*) FROM counter
        WHERE typeof(family) || typeof(first) || typeof(second) <> 'texttexttext'
           OR typeof(value) <> 'integer' OR value < 0)
     + (SELECT count(*) FROM day WHERE typeof(errors) <> 'integer' OR errors < 0)
