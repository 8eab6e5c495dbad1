# shellcheck shell=bash
# Odoo in containers: the job that prepares the database once, then web and cron as two units.

pull_image() {
  local image
  image=$(setting image)
  # Registries of AWS want a password, which is good for twelve hours; the image stays on the host.
  if [[ $image =~ ^[0-9]{12}\.dkr\.ecr\. ]]; then
    aws registry-password "$image" | docker login --username AWS --password-stdin "${image%%/*}"
  fi
  within 300 docker pull --quiet "$image" || fail "cannot pull $image"
}

# The same job as in the other architectures. Nothing of Odoo runs meanwhile, and the job has no network at all.
run_database_job() {
  if handed_over; then
    echo 'provision: this server has handed its service over: the database is left alone, and Odoo is not started'
    return 0
  fi
  systemctl stop odoo-web.service odoo-cron.service 2>/dev/null || true
  local SETUP_PASSWORD MASTER_USER=$SETUP_ROLE MASTER_PASSWORD DATABASE_PASSWORD ADMIN_PASSWORD
  SETUP_PASSWORD=$(python3 -c 'import secrets; print(secrets.token_urlsafe(32))')
  MASTER_PASSWORD=$SETUP_PASSWORD
  DATABASE_PASSWORD=$(aws secret "$(setting databasePassword)")
  ADMIN_PASSWORD=$(aws secret "$(setting adminPassword)")
  export SETUP_PASSWORD MASTER_USER MASTER_PASSWORD DATABASE_PASSWORD ADMIN_PASSWORD
  open_setup_role
  # Unpacked for root alone, read by Odoo's user.
  chmod -R a+rX "$HERE/database-job" "$HERE/addons"
  if a_later_release_never_served; then database_job '{"kind": "undo"}'; fi
  release_protected_by_backup
  close_setup_role
  export -n SETUP_PASSWORD MASTER_PASSWORD DATABASE_PASSWORD ADMIN_PASSWORD
}

# Modules of a database in service are changed only when there is a backup of the moment before.
release_protected_by_backup() {
  local code=0 moment
  database_job '{"kind": "release"}' || code=$?
  if ((code == 3)); then
    mkdir -p /run/odoo-backup
    backup_python backup database-incremental || fail 'no release without a backup before it: see above'
    moment=$(date --utc +%Y-%m-%dT%H:%M:%SZ)
    echo "provision: the way back, if all else fails: odoo-restore --to $moment --replace-newer"
    code=0
    database_job "{\"kind\": \"release\", \"snapshot\": \"odoo-restore --to $moment\"}" || code=$?
  fi
  return "$code"
}

database_job() {
  docker run --rm --name odoo-database-job --network none --user "$ODOO_USER" --cap-drop ALL \
    --security-opt no-new-privileges --memory "${MEMORY_LIMIT_MIB}m" \
    --env MASTER_USER --env MASTER_PASSWORD --env DATABASE_PASSWORD --env ADMIN_PASSWORD --env JOB_REQUEST="$1" \
    --volume "$DATA/odoo/data:/var/lib/odoo" --volume "$SOCKET_DIRECTORY:$SOCKET_DIRECTORY" \
    --volume /etc/odoo/web.conf:/etc/odoo/odoo.conf:ro --volume "$HERE/addons:/etc/odoo/addons:ro" \
    --volume "$HERE/database-job:/opt/database-job:ro" \
    --entrypoint python3 "$(setting image)" -u /opt/database-job/database_job.py --host "$SOCKET_DIRECTORY" --ca-bundle /dev/null \
    --odoo-config /etc/odoo/odoo.conf --odoo-version "$ODOO_VERSION" --release "$RELEASE" \
    --settings /opt/database-job/settings.json --storage-gib "$(room_for_databases)"
}

# What databases take, and what is still free: the filestore is on the same volume.
room_for_databases() {
  local used free
  used=$(as_postgres 'SELECT sum(pg_database_size(oid)) FROM pg_database')
  free=$(df --output=avail --block-size=1 "$DATA" | tail -n 1)
  python3 -c 'import sys; print((int(sys.argv[1]) + int(sys.argv[2])) / 2**30)' "$used" "$free"
}

# When a deployment fails after its job, this is the server of the release before it, launched again. What the later one
# made of the database was never served, so nobody has entered anything there.
a_later_release_never_served() {
  local fits
  fits=$(as_postgres "
    SELECT (shobj_description(oid, 'pg_database')::jsonb #> '{releases,-1}') ? '$RELEASE'
    FROM pg_database WHERE datname = '$DATABASE_NAME'") || return 1
  [[ $fits == f && $(cat "$DATA/odoo/served-release" 2>/dev/null) == "$RELEASE" ]]
}

remember_served_release() {
  ! handed_over || return 0
  echo "$RELEASE" >"$DATA/odoo/served-release"
}

start_odoo() {
  install_units odoo-web.service odoo-database-watch.service
  systemctl enable odoo-database-watch.service odoo-web.service
  systemctl restart odoo-database-watch.service odoo-web.service
}

# Only when Odoo serves: what they send or order is not taken back with the release.
start_scheduled_jobs() {
  # Also after a handover, when it will not start: whoever takes the service back finds the unit, and so do reboots.
  install_units odoo-cron.service
  systemctl enable odoo-cron.service
  systemctl restart odoo-cron.service
  ! handed_over || return 0
  within 60 systemctl is-active --quiet odoo-cron.service || fail 'scheduled jobs do not run: see the stream odoo-cron of the log group'
}
