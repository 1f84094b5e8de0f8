-- clickhouse.sql -- events in ClickHouse: what comes twice is one row. Then
--   clickhouse-client --date_time_input_format=best_effort --input_format_skip_unknown_fields=1 \
--     --query 'INSERT INTO why502 FORMAT JSONEachRow' < fleet.ndjson
CREATE TABLE why502
(
    time DateTime64(6, 'UTC'),
    host LowCardinality(String),
    source String,
    format LowCardinality(String),
    line UInt64,
    class LowCardinality(Nullable(String)),
    kind LowCardinality(Nullable(String)),
    code LowCardinality(Nullable(String)),
    upstream Nullable(String),
    method LowCardinality(Nullable(String)),
    path Nullable(String),
    status Nullable(UInt16),
    count UInt64,
    id String
)
ENGINE = ReplacingMergeTree
ORDER BY (time, id);
