#!/bin/bash
# Builds the root file system of the test machine: Debian 12 with the packages that the host's provisioning installs.
#
#   build.sh ROOT DEBS PACKAGE...     ROOT is made, DEBS keeps downloaded packages from one build to the next
#
# Runs as root. Nothing of the product is inside: a machine gets that at boot, as a server on EC2 does.
set -euo pipefail

root=$1
debs=$2
packages=("${@:3}")

# What Ubuntu's server image brings along and Debian's smallest does not, and what a machine needs to be one.
BASE=(
  ca-certificates cloud-init cron curl dbus gpg gpgv iproute2 iputils-ping kmod less locales logrotate openssl procps
  python3 python3-yaml systemd-sysv udev
)

# Stands for the file system of Odoo's image: its Python packages, out of the way of the host's own.
ODOO_IMAGE=(python3-passlib python3-psycopg2)

inside() {
  systemd-nspawn --quiet --directory "$root" --register=no --keep-unit --pipe --as-pid2 --resolv-conf=replace-host \
    --bind "$debs:/var/cache/apt/archives" --setenv=DEBIAN_FRONTEND=noninteractive "$@"
}

install_packages() {
  inside apt-get -q -o APT::Sandbox::User=root install -y --no-install-recommends "$@"
}

mkdir -p "$debs/partial"
debootstrap --variant=minbase --cache-dir="$debs" bookworm "$root"

# Services are started by the boot of a machine, not by the installation of their package.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 0755 "$root/usr/sbin/policy-rc.d"
# As the provisioning does before it installs PostgreSQL: no cluster on the root volume.
install -D -m 0644 /dev/stdin "$root/etc/postgresql-common/createcluster.d/odoo.conf" <<<'create_main_cluster = false'

inside apt-get -q update
install_packages "${BASE[@]}"
install_packages "${packages[@]}"

mkdir -p "$root/opt/odoo-image"
inside --chdir=/opt/odoo-image apt-get -q -o APT::Sandbox::User=root download "${ODOO_IMAGE[@]}"
for deb in "$root"/opt/odoo-image/*.deb; do
  dpkg-deb --extract "$deb" "$root/opt/odoo-image"
  rm "$deb"
done

# A machine reaches no mirror. What is installed counts as the newest there is.
rm -rf "$root"/var/lib/apt/lists/* "$root/usr/sbin/policy-rc.d" "$root/etc/postgresql-common/createcluster.d"
: >"$root/etc/apt/sources.list"
: >"$root/etc/machine-id"
rm -f "$root/etc/hostname" "$root/etc/resolv.conf"
