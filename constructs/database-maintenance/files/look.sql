-- What a database needs somebody for, as one JSON document: {"findings": [{check, severity, object, seen, advice}], "measures": {...}}.
--
--   urgent  something stops working, or is already wrong; within days
--   soon    it will come to that
--   note    it costs something; whenever there is time
--
-- Reads catalogs and statistics, never a table, and takes no lock that anybody would wait for. Sizes are those that the last
-- VACUUM or ANALYZE saw: asking the file would wait behind whoever changes the table. What a row needs is estimated from the
-- statistics of its columns, which is good to some percent; that is why only what is half empty is told.
WITH
setting AS (
  SELECT
    current_setting('block_size')::bigint AS block,
    -- Bytes of the header of a page.
    24 AS page_header,
    pg_database_size(current_database()) AS database_bytes,
    -- Below it nobody would notice.
    64 * 1024 * 1024 AS least_bytes
),

tables AS (
  SELECT
    table_class.oid,
    table_class.oid::regclass::text AS name,
    namespace.nspname AS schema,
    table_class.relname,
    table_class.relpages * setting.block AS bytes,
    greatest(table_class.reltuples, 0) AS row_count,
    coalesce((SELECT option_value::float FROM pg_options_to_table(table_class.reloptions) WHERE option_name = 'fillfactor'), 100)
      AS fillfactor,
    greatest(statistics.last_analyze, statistics.last_autoanalyze) AS analyzed,
    greatest(statistics.last_vacuum, statistics.last_autovacuum) AS vacuumed,
    statistics.n_live_tup AS live,
    statistics.n_dead_tup AS dead
  FROM pg_class table_class
  JOIN pg_namespace namespace ON namespace.oid = table_class.relnamespace
  JOIN pg_stat_user_tables statistics ON statistics.relid = table_class.oid
  CROSS JOIN setting
  WHERE table_class.relkind IN ('r', 'm') AND table_class.relpersistence <> 't'
),

-- Bytes of an average row: header, bits for what is null, columns, and its pointer in the page. None where a column has no statistics.
table_rows AS (
  SELECT
    tables.oid,
    CASE
      WHEN bool_and(stats.attname IS NOT NULL) THEN
        ceil((23 + CASE WHEN bool_or(stats.null_frac > 0) THEN ceil(count(*) / 8.0) ELSE 0 END) / 8.0) * 8
        + ceil(sum((1 - stats.null_frac) * stats.avg_width) / 8.0) * 8
        + 4
    END AS row_bytes
  FROM tables
  JOIN pg_attribute attribute ON attribute.attrelid = tables.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
  LEFT JOIN pg_stats stats
    ON stats.schemaname = tables.schema AND stats.tablename = tables.relname AND stats.attname = attribute.attname AND NOT stats.inherited
  GROUP BY tables.oid
),

table_bloat AS (
  SELECT
    tables.*,
    greatest(
      0,
      tables.bytes
      - ceil(tables.row_count * table_rows.row_bytes / ((setting.block - setting.page_header) * tables.fillfactor / 100)) * setting.block
    ) AS wasted
  FROM tables
  JOIN table_rows ON table_rows.oid = tables.oid
  CROSS JOIN setting
  WHERE table_rows.row_bytes IS NOT NULL
),

indexes AS (
  SELECT
    index_class.oid,
    index_class.oid::regclass::text AS name,
    tables.name AS table_name,
    tables.schema,
    tables.relname AS table_relname,
    tables.oid AS table_oid,
    index_class.relname,
    index_class.relpages * setting.block AS bytes,
    greatest(index_class.reltuples, 0) AS row_count,
    method.amname AS method,
    pg_index.indkey,
    pg_index.indisunique,
    pg_index.indisvalid,
    coalesce((SELECT option_value::float FROM pg_options_to_table(index_class.reloptions) WHERE option_name = 'fillfactor'), 90)
      AS fillfactor,
    statistics.idx_scan AS scans,
    EXISTS (SELECT FROM pg_constraint WHERE pg_constraint.conindid = index_class.oid) AS of_constraint
  FROM pg_index
  JOIN pg_class index_class ON index_class.oid = pg_index.indexrelid
  JOIN pg_am method ON method.oid = index_class.relam
  JOIN tables ON tables.oid = pg_index.indrelid
  LEFT JOIN pg_stat_user_indexes statistics ON statistics.indexrelid = index_class.oid
  CROSS JOIN setting
),

-- Of a B-tree. The statistics of an expression stand under the name of its index.
index_rows AS (
  SELECT
    indexes.oid,
    CASE
      WHEN bool_and(stats.attname IS NOT NULL) THEN
        8 + CASE WHEN bool_or(stats.null_frac > 0) THEN 8 ELSE 0 END
        + ceil(sum((1 - stats.null_frac) * stats.avg_width) / 8.0) * 8
        + 4
    END AS row_bytes
  FROM indexes
  JOIN pg_attribute of_index ON of_index.attrelid = indexes.oid
  LEFT JOIN pg_attribute of_table
    ON of_table.attrelid = indexes.table_oid AND of_table.attnum = indexes.indkey[of_index.attnum - 1] AND of_table.attnum <> 0
  LEFT JOIN pg_stats stats
    ON stats.schemaname = indexes.schema
    AND stats.tablename = CASE WHEN of_table.attname IS NULL THEN indexes.relname ELSE indexes.table_relname END
    AND stats.attname = coalesce(of_table.attname, of_index.attname)
    AND NOT stats.inherited
  WHERE indexes.method = 'btree' AND indexes.indisvalid
  GROUP BY indexes.oid
),

index_bloat AS (
  SELECT
    indexes.*,
    -- Pages that lead to the leaves are a hundredth of them.
    greatest(
      0,
      indexes.bytes
      - (1 + ceil(1.01 * indexes.row_count * index_rows.row_bytes / ((setting.block - setting.page_header - 16) * indexes.fillfactor / 100)))
        * setting.block
    ) AS wasted
  FROM indexes
  JOIN index_rows ON index_rows.oid = indexes.oid
  CROSS JOIN setting
  WHERE index_rows.row_bytes IS NOT NULL
),

-- The largest value is that of the sequence or of its column, whichever comes first: databases that are old enough have sequences
-- of bigint for columns of integer.
sequences AS (
  SELECT
    sequence.seqrelid AS oid,
    sequence.seqrelid::regclass::text AS name,
    owner.attrelid::regclass::text || '.' || owner.attname AS feeds,
    view.last_value,
    least(
      sequence.seqmax,
      CASE owner.atttypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647 ELSE sequence.seqmax END
    ) AS largest
  FROM pg_sequence sequence
  JOIN pg_class sequence_class ON sequence_class.oid = sequence.seqrelid
  JOIN pg_namespace namespace ON namespace.oid = sequence_class.relnamespace
  JOIN pg_sequences view ON view.schemaname = namespace.nspname AND view.sequencename = sequence_class.relname
  LEFT JOIN pg_depend depend
    ON depend.classid = 'pg_class'::regclass AND depend.objid = sequence.seqrelid AND depend.deptype IN ('a', 'i')
    AND depend.refclassid = 'pg_class'::regclass AND depend.refobjsubid > 0
  LEFT JOIN pg_attribute owner ON owner.attrelid = depend.refobjid AND owner.attnum = depend.refobjsubid
  WHERE sequence.seqincrement > 0 AND NOT sequence.seqcycle
),

transactions AS (
  SELECT
    format('pid %s of %s (%s)', pid, usename, coalesce(nullif(application_name, ''), 'without a name')) AS name,
    state,
    extract(epoch FROM now() - xact_start) AS seconds
  FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
),

database_age AS (
  SELECT datname AS name, greatest(age(datfrozenxid), mxid_age(datminmxid)) AS transactions
  FROM pg_database
  WHERE datallowconn
),

findings(check_name, severity, object, seen, advice, weight) AS (
  SELECT
    'sequence near its end', CASE WHEN share > 0.8 THEN 'urgent' ELSE 'soon' END, coalesce(feeds, name),
    format('%s of %s, which is %s %%', last_value, largest, floor(share * 100)),
    'At the end every new record is an error. Change the column to bigint in a copy first, with all that refer to it; ask whoever wrote the module.',
    share
  FROM (SELECT *, last_value::numeric / largest AS share FROM sequences) used
  WHERE share > 0.5

  UNION ALL
  SELECT
    'invalid index', CASE WHEN indisunique THEN 'urgent' ELSE 'soon' END, name,
    format('of table %s, left by a CREATE INDEX CONCURRENTLY or REINDEX CONCURRENTLY that failed', table_name),
    CASE
      WHEN indisunique THEN format('Nothing ensures that values are unique. Look for duplicates first, then REINDEX INDEX CONCURRENTLY %s.', name)
      ELSE format('No query uses it, every change writes it: REINDEX INDEX CONCURRENTLY %s, or drop it where its name ends with _ccnew or _ccold.', name)
    END,
    bytes
  FROM indexes
  WHERE NOT indisvalid
    AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index progress WHERE progress.index_relid = indexes.oid)

  UNION ALL
  SELECT
    'statistics missing', 'soon', name, 'never analyzed, by autovacuum neither: plans are guessed',
    format('ANALYZE %s; if it waits, see who locks the table all the time.', name), bytes
  FROM tables
  WHERE analyzed IS NULL AND (bytes > 0 OR live > 0)

  UNION ALL
  SELECT
    'dead rows', 'soon', name,
    format('%s of %s rows are dead; vacuumed last: %s', dead, live + dead, coalesce(to_char(vacuumed AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), 'never')),
    format('Autovacuum comes at a twentieth. See what keeps it away: an old transaction, a replication slot, a lock; then VACUUM %s.', name),
    dead
  FROM tables
  WHERE dead >= 10000 AND dead > 0.2 * (live + dead)

  UNION ALL
  SELECT
    'never vacuumed', 'note', name, format('%s without a vacuum since the statistics began', pg_size_pretty(bytes)),
    format('VACUUM %s blocks nobody, and makes reads by an index cheaper.', name), bytes
  FROM tables CROSS JOIN setting
  WHERE vacuumed IS NULL AND bytes >= setting.least_bytes

  UNION ALL
  SELECT
    'bloated table', CASE WHEN wasted > 0.1 * setting.database_bytes THEN 'soon' ELSE 'note' END, name,
    format('about %s of %s are empty', pg_size_pretty(wasted::bigint), pg_size_pretty(bytes)),
    format('The room is used again as the table grows. To give it back at once: VACUUM FULL %s, which locks the table for as long as it takes, in the maintenance window.', name),
    wasted
  FROM table_bloat CROSS JOIN setting
  WHERE wasted >= setting.least_bytes AND wasted >= 0.4 * bytes

  UNION ALL
  SELECT
    'bloated index', CASE WHEN wasted > 0.1 * setting.database_bytes THEN 'soon' ELSE 'note' END, name,
    format('about %s of %s are empty', pg_size_pretty(wasted::bigint), pg_size_pretty(bytes)),
    format('REINDEX INDEX CONCURRENTLY %s, at a quiet hour; it needs its size once more meanwhile.', name), wasted
  FROM index_bloat CROSS JOIN setting
  WHERE wasted >= setting.least_bytes AND wasted >= 0.4 * bytes

  UNION ALL
  -- Time alone proves nothing: a database that was copied for a release has counted for hours. But its table has been read a lot.
  SELECT
    'unused index', 'note', name,
    format('%s, never used, while other indexes of %s were %s times', pg_size_pretty(bytes), table_name, others.scans),
    'If it is the same in a month: take index=True off the field, and drop the index. Odoo would otherwise make it again.', bytes
  FROM indexes
  CROSS JOIN setting
  CROSS JOIN LATERAL (SELECT max(scans) AS scans FROM indexes other WHERE other.table_oid = indexes.table_oid) others
  WHERE indexes.scans = 0 AND NOT indisunique AND NOT of_constraint AND indisvalid
    AND bytes >= setting.least_bytes AND others.scans >= 10000
    AND coalesce((SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()), '-infinity') < now() - interval '30 days'

  UNION ALL
  SELECT
    'old transaction', CASE WHEN seconds > 86400 THEN 'urgent' ELSE 'soon' END, name,
    format('%s for %s minutes', CASE WHEN state LIKE 'idle%' THEN 'open and idle' ELSE 'running' END, floor(seconds / 60)),
    'Until it ends no dead row is removed anywhere. End it with pg_terminate_backend once you know whose it is.', seconds
  FROM transactions
  WHERE seconds > 3600

  UNION ALL
  SELECT
    'prepared transaction', 'urgent', gid, format('prepared at %s UTC and neither committed nor rolled back', to_char(prepared AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')),
    'It keeps its locks over restarts, and dead rows. Odoo prepares none: find out who did, then ROLLBACK PREPARED.',
    extract(epoch FROM now() - prepared)
  FROM pg_prepared_xacts
  WHERE prepared < now() - interval '1 hour'

  UNION ALL
  SELECT
    'replication slot', CASE WHEN held > 1024 ^ 3 THEN 'urgent' ELSE 'soon' END, slot_name,
    format('nobody reads it, and it holds %s of the write-ahead log', pg_size_pretty(held)),
    'It fills the storage. If what it was for is gone: SELECT pg_drop_replication_slot(...).', held
  FROM (
    SELECT slot_name, coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0) AS held
    FROM pg_replication_slots
    WHERE NOT active
  ) slots

  UNION ALL
  SELECT
    'transaction ids', CASE WHEN transactions > 1000000000 THEN 'urgent' ELSE 'soon' END, name,
    format('the oldest that is not frozen is %s transactions old; at two billion PostgreSQL refuses every change', transactions),
    'Autovacuum freezes at its limit, and was kept from it: end old transactions, drop unused slots, then VACUUM (FREEZE) the oldest tables.',
    transactions
  FROM database_age
  WHERE transactions > 2.0 * current_setting('autovacuum_freeze_max_age')::bigint

  UNION ALL
  SELECT
    'not visible', 'note', current_user::text, 'what other sessions do, or how far sequences are, is not shown to this role',
    'Deploy the release stack: the database job gives it the rights.', 0
  WHERE NOT pg_has_role('pg_read_all_stats', 'USAGE')
    OR EXISTS (SELECT FROM sequences WHERE NOT has_sequence_privilege(oid, 'SELECT'))
)

SELECT json_build_object(
  'findings', (
    SELECT coalesce(
      json_agg(
        json_build_object('check', check_name, 'severity', severity, 'object', object, 'seen', seen, 'advice', advice)
        ORDER BY array_position(ARRAY['urgent', 'soon', 'note'], severity), check_name, weight DESC
      ),
      '[]'::json
    )
    FROM findings
  ),
  'measures', json_build_object(
    'databaseBytes', (SELECT database_bytes FROM setting),
    'tableBloatBytes', (SELECT coalesce(sum(wasted), 0)::bigint FROM table_bloat),
    'indexBloatBytes', (SELECT coalesce(sum(wasted), 0)::bigint FROM index_bloat),
    'bloatPercent', (
      SELECT coalesce(round((100 * sum(wasted) / nullif(sum(bytes), 0))::numeric, 1), 0)
      FROM (SELECT wasted, bytes FROM table_bloat UNION ALL SELECT wasted, bytes FROM index_bloat) everything
    ),
    'deadRows', (SELECT coalesce(sum(dead), 0)::bigint FROM tables),
    'oldestTransactionSeconds', (SELECT coalesce(floor(max(seconds)), 0) FROM transactions),
    'transactionIdAge', (SELECT max(transactions) FROM database_age),
    'fullestSequencePercent', (SELECT coalesce(round(100 * max(last_value::numeric / largest), 1), 0) FROM sequences)
  )
)::text AS document;
