# shellcheck shell=bash
# PostgreSQL of the distribution, with its files on the data volume and no port: a socket is the only way in.

# Role of the database job. It may log in only while provisioning runs, with a password made for that run.
SETUP_ROLE=odoo_setup

start_postgresql() {
  local version cluster
  version=$(newest_postgresql)
  cluster=$DATA/postgresql/clusters/$version/main
  refuse_other_versions "$version"
  keep_configuration_with_data
  # The number of the system user follows from the order in which packages were installed: another server, another one.
  chown -R postgres:postgres "$DATA/postgresql"
  if [[ ! -f $cluster/PG_VERSION ]]; then
    # Odoo's database has the C collation; the cluster's own only orders what nobody looks at.
    pg_createcluster --datadir "$cluster" --start-conf auto --locale C.UTF-8 --encoding UTF8 "$version" main -- --data-checksums
  fi
  install -o postgres -g postgres -m 0644 "$HERE/postgresql/odoo.conf" "/etc/postgresql/$version/main/conf.d/odoo.conf"
  install -o postgres -g postgres -m 0640 "$HERE/postgresql/pg_hba.conf" "/etc/postgresql/$version/main/pg_hba.conf"
  install_units postgresql@.service.d/odoo.conf
  systemctl enable "postgresql@$version-main.service"
  systemctl restart "postgresql@$version-main.service"
  within 60 pg_isready --quiet --host "$SOCKET_DIRECTORY" || fail 'PostgreSQL does not accept connections'
  refuse_ignored_parameters
}

newest_postgresql() {
  find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -V | tail -n 1
}

refuse_other_versions() {
  local version=$1 found
  mkdir -p "$DATA/postgresql/clusters" "$DATA/postgresql/configuration"
  [[ ! -d $DATA/postgresql/clusters/$version ]] || return 0
  found=$(find "$DATA/postgresql/clusters" -mindepth 1 -maxdepth 1 -printf '%f ')
  [[ -z $found ]] || fail "the data volume holds PostgreSQL ${found% }, this server has $version: upgrade the cluster first, nothing was changed"
}

# The distribution's tools manage a cluster by its files below /etc and cannot adopt one without them.
keep_configuration_with_data() {
  [[ ! -L /etc/postgresql ]] || return 0
  rmdir /etc/postgresql
  ln -s "$DATA/postgresql/configuration" /etc/postgresql
}

# A parameter that is not in force is a server sized for nothing, and nobody would notice.
refuse_ignored_parameters() {
  local ignored
  ignored=$(as_postgres "
    SELECT coalesce(string_agg(name, ', ') FILTER (WHERE NOT applied), CASE count(*) WHEN 0 THEN 'all' END)
    FROM pg_file_settings WHERE sourcefile LIKE '%/conf.d/odoo.conf'")
  [[ -z $ignored ]] || fail "PostgreSQL ignores parameters of the plan: $ignored"
}

# Sets the setup role's password to the one in SETUP_PASSWORD, or locks the role out.
open_setup_role() {
  as_postgres "
    \\getenv password SETUP_PASSWORD
    SET log_min_error_statement = panic;
    SET log_min_duration_statement = -1;
    SELECT 'CREATE ROLE $SETUP_ROLE' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$SETUP_ROLE') \\gexec
    ALTER ROLE $SETUP_ROLE LOGIN CREATEDB CREATEROLE PASSWORD :'password';"
}

close_setup_role() {
  as_postgres "ALTER ROLE $SETUP_ROLE NOLOGIN PASSWORD NULL;"
}

as_postgres() {
  runuser -u postgres -- \
    psql --quiet --no-psqlrc --tuples-only --no-align --set ON_ERROR_STOP=1 --host "$SOCKET_DIRECTORY" --dbname postgres <<<"$1"
}
