# shellcheck shell=bash
# Packages of the distribution, and only those: they get security updates by themselves for as long as Ubuntu does.

PACKAGES=(
  certbot
  chrony
  docker.io
  nginx
  postgresql
  python3-boto3
  python3-certbot-dns-route53
  python3-psycopg2
  unattended-upgrades
)

install_packages() {
  # A cluster that the package made on the root volume would be taken for Odoo's, and dies with the server.
  install -D -m 0644 /dev/stdin /etc/postgresql-common/createcluster.d/odoo.conf <<<'create_main_cluster = false'
  export DEBIAN_FRONTEND=noninteractive
  # At boot the daily update may hold the lock; mirrors are sometimes away for a moment.
  local apt=(apt-get -q -o DPkg::Lock::Timeout=600 -o Acquire::Retries=5)
  "${apt[@]}" update
  "${apt[@]}" install -y --no-install-recommends "${PACKAGES[@]}"
  # Administration is by Session Manager.
  systemctl disable --now ssh.service ssh.socket 2>/dev/null || true
}
