# PostgreSQL of the distribution, with its files on the data volume and no port: a socket is the only way in.

# Role of the database job. It may log in only while provisioning runs, with a password made for that run.
SETUP_ROLE=odoo_setup

start_postgresql() {
  local version cluster
  version=$(newest_postgresql)
  cluster=$DATA/postgresql/$version/main
  refuse_other_versions "$version"
  # The number of the system user follows from the order in which packages were installed: another server, another one.
  [[ ! -d $cluster ]] || chown -R postgres:postgres "$DATA/postgresql/$version"
  create_cluster "$version" "$cluster"
  install -D -o postgres -g postgres -m 0644 "$HERE/postgresql/odoo.conf" "/etc/postgresql/$version/main/conf.d/odoo.conf"
  install -o postgres -g postgres -m 0640 "$HERE/postgresql/pg_hba.conf" "/etc/postgresql/$version/main/pg_hba.conf"
  install_units postgresql@.service.d/odoo.conf
  systemctl enable "postgresql@$version-main.service"
  systemctl restart "postgresql@$version-main.service"
  within 60 pg_isready --quiet --host "$SOCKET_DIRECTORY" || fail 'PostgreSQL does not accept connections'
}

newest_postgresql() {
  find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -V | tail -n 1
}

refuse_other_versions() {
  local version=$1 found
  [[ ! -d $DATA/postgresql/$version ]] || return 0
  found=$(find "$DATA/postgresql" -mindepth 1 -maxdepth 1 -printf '%f ')
  [[ -z $found ]] || fail "the data volume holds PostgreSQL ${found% }, this server has $version: upgrade the cluster first, nothing was changed"
}

create_cluster() {
  local version=$1 cluster=$2
  [[ ! -d /etc/postgresql/$version/main ]] || return 0
  if [[ -f $cluster/PG_VERSION ]]; then
    pg_createcluster --datadir "$cluster" --start-conf auto "$version" main
  else
    # Odoo's database has the C collation; the cluster's own only orders what nobody looks at.
    pg_createcluster --datadir "$cluster" --start-conf auto --locale C.UTF-8 --encoding UTF8 "$version" main -- --data-checksums
  fi
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
  runuser -u postgres --whitelist-environment SETUP_PASSWORD -- \
    psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --host "$SOCKET_DIRECTORY" --dbname postgres <<<"$1"
}
