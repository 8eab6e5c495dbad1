"""What a database holds, counted: written down where it comes from, compared where it has arrived.

One statement with one JSON value, so that psql can ask it on a server as well as Python in the job.
"""

# Every row of every table is counted, not estimated. The detour by XML is PostgreSQL's only way to run a statement for
# each row of another one without a function of one's own, which a database that is only being looked at shall not get.
CONTENTS = """
    SELECT json_build_object(
        'tables', (
            SELECT coalesce(json_object_agg(relname, (xpath('/row/count/text()',
                query_to_xml('SELECT count(*) FROM public.' || quote_ident(relname), false, true, '')))[1]::text::bigint), '{}')
            FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'),
        'sequences', (
            SELECT coalesce(json_object_agg(sequencename, last_value), '{}') FROM pg_sequences WHERE schemaname = 'public'),
        'objects', (
            SELECT json_object_agg(kind, number) FROM (
                SELECT CASE relkind WHEN 'r' THEN 'tables' WHEN 'i' THEN 'indexes' WHEN 'S' THEN 'sequences'
                    WHEN 'v' THEN 'views' ELSE 'relations of kind ' || relkind::text END AS kind, count(*) AS number
                FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind <> 't' GROUP BY relkind
                UNION ALL
                SELECT CASE contype WHEN 'f' THEN 'foreign keys' WHEN 'p' THEN 'primary keys' WHEN 'u' THEN 'unique constraints'
                    WHEN 'c' THEN 'check constraints' ELSE 'constraints of type ' || contype::text END, count(*)
                FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n' GROUP BY contype
            ) found),
        'base', (SELECT latest_version FROM ir_module_module WHERE name = 'base'))"""


def differences(expected, found):
    """What of the contents is not as expected, a sentence each."""
    problems = []
    for kind, unit in (("tables", "rows"), ("sequences", "as last value"), ("objects", "")):
        for name in sorted({*expected[kind], *found[kind]}):
            wanted, got = (side[kind].get(name, "none") for side in (expected, found))
            if wanted != got:
                problems.append(" ".join(f"{name}: {got} {unit} instead of {wanted}".split()))
    if expected["base"] != found["base"]:
        problems.append(f"module base: {found['base']} instead of {expected['base']}")
    return problems
