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
  docker run --rm --name odoo-database-job --network none --user "$ODOO_USER" --cap-drop ALL \
    --security-opt no-new-privileges --memory "${MEMORY_LIMIT_MIB}m" \
    --env MASTER_USER --env MASTER_PASSWORD --env DATABASE_PASSWORD --env ADMIN_PASSWORD \
    --volume "$DATA/odoo/data:/var/lib/odoo" --volume "$SOCKET_DIRECTORY:$SOCKET_DIRECTORY" \
    --volume /etc/odoo/web.conf:/etc/odoo/odoo.conf:ro --volume "$HERE/addons:/etc/odoo/addons:ro" \
    --volume "$HERE/database-job:/opt/database-job:ro" \
    --entrypoint python3 "$(setting image)" -u /opt/database-job/database_job.py --host "$SOCKET_DIRECTORY" --ca-bundle /dev/null \
    --odoo-config /etc/odoo/odoo.conf --odoo-version "$ODOO_VERSION" --settings /opt/database-job/settings.json
  close_setup_role
  export -n SETUP_PASSWORD MASTER_PASSWORD DATABASE_PASSWORD ADMIN_PASSWORD
}

start_odoo() {
  install_units odoo-web.service odoo-cron.service odoo-database-watch.service
  systemctl enable odoo-database-watch.service odoo-web.service odoo-cron.service
  systemctl restart odoo-database-watch.service odoo-web.service odoo-cron.service
}
