#!/bin/bash
# Makes an Odoo server out of a fresh Ubuntu 24.04, or finds that it is one already: every step may be repeated.
#
#   provision.sh SETTINGS     a JSON object of the names and ARNs that only the deployment knows
#
# Runs as root from /opt/odoo-aws, with AWS_DEFAULT_REGION set. Exit code 0 means: Odoo answers through nginx.
set -euo pipefail
umask 022

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
source "$HERE/host.env"
for part in packages storage hardening secrets postgresql backup odoo nginx monitoring report; do
  # shellcheck source=/dev/null
  source "$HERE/$part.sh"
done

setting() { python3 -c 'import json, sys; print(json.loads(sys.argv[1])[sys.argv[2]])' "$SETTINGS" "$1"; }
aws() { python3 "$HERE/aws.py" "$@"; }
# The name of the step is for the report.
# shellcheck disable=SC2034
step() { STEP=$1; echo "provision: $*"; "$@"; }
fail() { echo "provision: $*" >&2; exit 1; }

# Whether another architecture serves this server's data now (see backup/handover.py). Then nothing of Odoo runs here.
handed_over() { [[ -e $DATA/handed-over ]]; }

# Tries a command until it succeeds or the time is over.
within() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 2
  done
}

main() {
  SETTINGS=$1
  # Not every user that something is run as may enter this directory.
  cd /
  step install_packages
  # The volume first: only one server can have it, so whoever has it is the one that may take the address, too.
  step attach_volume
  step take_address
  step prepare_volume
  step harden_host
  step write_configuration
  step restore_if_blank
  step start_postgresql
  step start_archiving
  step pull_image
  step run_database_job
  step start_odoo
  step start_nginx
  step wait_until_serving
  step remember_served_release
  step start_scheduled_jobs
  step start_backups
  step start_monitoring
}

# Sourced by tests for its functions, run by the bootstrap.
if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  LOG=/var/log/odoo-provision.log
  exec > >(tee "$LOG") 2>&1
  trap report EXIT
  main "$@"
fi
