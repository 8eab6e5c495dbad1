#!/bin/bash
# Packages of the distribution, and only those: they get security updates by themselves for as long as Ubuntu does.
#
#   packages.sh     installs them and the CloudWatch agent, and changes nothing else: what an image for servers is made
#                   with. Runs as root with AWS_DEFAULT_REGION set.
#
# Sourced by provision.sh, which finds everything in place on a server from such an image.
set -euo pipefail

PACKAGES=(
  certbot
  chrony
  curl
  docker.io
  fail2ban
  gpg
  logrotate
  nftables
  nginx
  pgbackrest
  postgresql
  python3-boto3
  python3-certbot-dns-route53
  python3-psycopg2
  unattended-upgrades
)

install_packages() {
  # A cluster that the package made on the root volume would be taken for Odoo's, and dies with the server.
  install -D -m 0644 /dev/stdin /etc/postgresql-common/createcluster.d/odoo.conf <<<'create_main_cluster = false'
  local missing
  missing=$(missing_packages)
  # Mirrors are asked only for what is not there. Updates come in the maintenance window, not with a start.
  [[ -n $missing ]] || return 0
  # On a server without any service of ours there is nothing that needrestart could restart in time.
  local -x DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
  # At boot the daily update may hold the lock; mirrors are sometimes away for a moment.
  local apt=(apt-get -q -o DPkg::Lock::Timeout=600 -o Acquire::Retries=5)
  # Does nothing unless an installation was cut off, which would make every later one fail.
  dpkg --configure -a
  "${apt[@]}" update
  # shellcheck disable=SC2086
  "${apt[@]}" install -y --no-install-recommends $missing
}

missing_packages() {
  comm -23 <(printf '%s\n' "${PACKAGES[@]}" | sort) <(installed_packages | sort)
}

installed_packages() {
  dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' | sed -n 's/ installed$//p'
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  install_packages
  bash "$(dirname "${BASH_SOURCE[0]}")/cloudwatch-agent.sh"
fi
