# shellcheck shell=bash
# pgBackRest, the copies of filestore and configuration, and what a blank data volume begins with.

# What is lost with its volume comes back from the backup. Only where there surely is none begins a new database.
restore_if_blank() {
  configure_backups
  local version cluster
  version=$(newest_postgresql)
  cluster=$DATA/postgresql/clusters/$version/main
  if ! compgen -G "$DATA/postgresql/clusters/*/main/PG_VERSION" >/dev/null; then
    install -d -o postgres -g postgres -m 0755 "$DATA/postgresql" "$DATA/postgresql/clusters"
    backup_python backup.blank "$version" || fail 'the data volume is blank and its state could not be decided: see above'
  fi
  [[ ! -f $cluster/PG_VERSION ]] || adopt_cluster "$version" "$cluster"
}

# The distribution's tools know a cluster by their files below /etc, which a cluster from a backup has not.
adopt_cluster() {
  mkdir -p "$DATA/postgresql/configuration"
  keep_configuration_with_data
  [[ -f /etc/postgresql/$1/main/postgresql.conf ]] || pg_createcluster --datadir "$2" --start-conf auto "$1" main
}

# Nothing to archive yet where no database is: the repository of a deployment that failed half way stays as it was.
start_archiving() {
  [[ -z $(as_postgres "SELECT FROM pg_database WHERE datname = '$DATABASE_NAME'" | head -c 1) ]] || create_stanza
}

start_backups() {
  local unit units=(odoo-backup@.service odoo-backup-status.service)
  for unit in "$HERE"/systemd/odoo-backup-*.timer; do
    units+=("${unit##*/}")
  done
  install_units "${units[@]}" odoo-backup@proof.service.d/proof.conf odoo-volume-proof@.service
  install -d -m 0755 "$DATA/postgresql/proving"
  install -m 0755 "$HERE/odoo-restore" /usr/local/sbin/odoo-restore
  install -m 0755 "$HERE/odoo-hand-over" /usr/local/sbin/odoo-hand-over
  install -m 0755 "$HERE/odoo-prove-volume" /usr/local/sbin/odoo-prove-volume
  backup_python backup begin
  systemctl enable --now "${units[@]:2}"
  create_stanza
  # Proves that a segment reaches the archive. Odoo serves already: a fault here fails a deployment and no replacement.
  runuser -u postgres -- pgbackrest --stanza=odoo check || fail 'PostgreSQL cannot archive to the backup bucket: see above'
  # Not waited for. Whatever was asked for, the first backup is a full one; later ones begin where this server did.
  systemctl start --no-block odoo-backup@database-incremental.service
}

create_stanza() {
  runuser -u postgres -- pgbackrest --stanza=odoo stanza-create ||
    fail 'the backup repository cannot be used: see above'
}

# Names from the deployment, and the passphrase where only root and PostgreSQL can read it.
configure_backups() {
  local BACKUP_BUCKET BACKUP_PASSPHRASE ENDPOINT POSTGRESQL_VERSION REGION=$AWS_DEFAULT_REGION
  BACKUP_BUCKET=$(setting backupBucket)
  BACKUP_PASSPHRASE=$(aws secret "$(setting backupPassphrase)")
  ENDPOINT=s3.$AWS_DEFAULT_REGION.${SUFFIX:-amazonaws.com}
  POSTGRESQL_VERSION=$(newest_postgresql)
  export BACKUP_BUCKET BACKUP_PASSPHRASE ENDPOINT POSTGRESQL_VERSION REGION
  python3 "$HERE/configure.py" --secret BACKUP_PASSPHRASE \
    --secret BACKUP_BUCKET --secret ENDPOINT --secret POSTGRESQL_VERSION --secret REGION \
    --directory /etc/pgbackrest "0:$(id -g postgres)" 0750 \
    --file /etc/pgbackrest/pgbackrest.conf "0:$(id -g postgres)" 0640 "$(cat "$HERE/pgbackrest.conf")"
  export -n BACKUP_BUCKET BACKUP_PASSPHRASE ENDPOINT POSTGRESQL_VERSION REGION
  # Blocks instead of whole files in incremental backups: their format became final with 2.46, before it is an error.
  ! dpkg --compare-versions "$(pgbackrest version | cut -d ' ' -f 2)" ge 2.46 ||
    install -D -m 0644 /dev/stdin /etc/pgbackrest/conf.d/block.conf <<<$'[global]\nrepo1-block=y'
  install -m 0600 /dev/stdin /etc/odoo/backup.env <<END
AWS_DEFAULT_REGION=$AWS_DEFAULT_REGION
FILESTORE_BUCKET=$(setting filestoreBucket)
BACKUP_BUCKET=$BACKUP_BUCKET
AUDIT_BUCKET=$(setting auditBucket)
END
  [[ -z $COPIED_BACKUPS ]] || echo "BROUGHT_BACK_TO=$(setting broughtBackTo)" >>/etc/odoo/backup.env
}

# The jobs of the units, with the same names and places.
backup_python() {
  (
    set -a
    # shellcheck source=/dev/null
    source "$HERE/host.env"
    # shellcheck source=/dev/null
    source /etc/odoo/backup.env
    cd "$HERE" || exit
    python3 -m "$@"
  )
}
