-- Tables whose statistics are behind, the furthest first: a JSON array of {name, may}, `may` saying whether this role can analyze
-- it. PostgreSQL only warns of a table that it may not, and goes on as if it had been done.
--
-- Behind is what autovacuum should have done by its own rules and has not: because somebody has always just locked the table, or
-- because a crash or a failover has made PostgreSQL forget how much has changed.
SELECT coalesce(json_agg(json_build_object('name', name, 'may', may) ORDER BY changed DESC, name), '[]'::json)::text AS document
FROM (
  SELECT
    table_class.oid::regclass::text AS name,
    pg_has_role(table_class.relowner, 'USAGE')
    OR CASE
      WHEN current_setting('server_version_num')::int >= 170000 THEN has_table_privilege(table_class.oid, 'MAINTAIN')
      ELSE false
    END AS may,
    CASE
      WHEN statistics.last_analyze IS NULL AND statistics.last_autoanalyze IS NULL
        THEN greatest(table_class.reltuples, statistics.n_live_tup, 1)
      ELSE statistics.n_mod_since_analyze
    END AS changed
  FROM pg_class table_class
  JOIN pg_stat_user_tables statistics ON statistics.relid = table_class.oid
  WHERE table_class.relkind IN ('r', 'm')
    AND table_class.relpersistence <> 't'
    AND (
      (
        statistics.last_analyze IS NULL
        AND statistics.last_autoanalyze IS NULL
        AND (table_class.relpages > 0 OR statistics.n_live_tup > 0)
      )
      OR statistics.n_mod_since_analyze
        > current_setting('autovacuum_analyze_threshold')::float
          + current_setting('autovacuum_analyze_scale_factor')::float * greatest(table_class.reltuples, 0)
    )
) stale;
