# shellcheck shell=bash
# The data volume: attached, formatted only if it is blank, mounted by its id, grown to its size.

attach_volume() {
  local volume
  volume=$(setting volume)
  DEVICE=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume/-/}
  [[ ! -b $DEVICE ]] || return 0
  aws attach "$volume"
  within 120 test -b "$DEVICE" || fail "volume $volume is attached but $DEVICE did not appear"
}

take_address() {
  aws associate "$(setting address)"
}

prepare_volume() {
  if is_blank "$DEVICE"; then
    mkfs.ext4 -q -L odoo-data "$DEVICE"
  fi
  mount_volume "$DEVICE"
  create_directories
  # The volume may grow in place at any later time: the timer notices.
  install_units odoo-grow-data.service odoo-grow-data.timer
  systemctl enable --now odoo-grow-data.timer
  systemctl start odoo-grow-data.service
}

# Blank means: no signature of any kind, no partition, and zeros where a file system begins. Anything else may be
# somebody's data, even if nobody here can read it.
is_blank() {
  local device=$1 signatures
  signatures=$(wipefs --noheadings "$device") || fail "cannot read $device"
  [[ -z $signatures ]] || return 1
  [[ $(lsblk --noheadings "$device" 2>/dev/null | wc -l) -le 1 ]] || return 1
  cmp --quiet --bytes=$((1024 * 1024)) "$device" /dev/zero || fail "$device holds no file system but is not blank either: detach it and look at what is on it"
}

# By the id that EC2 gave the volume. A copy of it, which a restore test attaches each week, has the same UUID and label:
# systemd would stop the mount when the copy goes, and mount the copy at a boot.
mount_volume() {
  blkid -p -s UUID -o value "$1" >/dev/null || fail "$1 has no file system"
  mkdir -p "$DATA"
  # nofail: a server without its volume shall boot, so that somebody can look at it; the services wait for the mount.
  grep -q "^$1 " /etc/fstab || echo "$1 $DATA ext4 defaults,nofail,noatime 0 2" >>/etc/fstab
  systemctl daemon-reload
  mountpoint -q "$DATA" || mount "$DATA"
}

# Odoo's user exists in its image only; on the host its number may belong to some other service. The directory above
# keeps that one out. www-data is let through to the filestore, which nginx sends from.
create_directories() {
  install -d -o root -g www-data -m 0750 "$DATA/odoo"
  local odoo=(-o "${ODOO_USER%:*}" -g "${ODOO_USER#*:}")
  install -d "${odoo[@]}" -m 0755 "$DATA/odoo/data" "$DATA/odoo/data/filestore"
  install -d "${odoo[@]}" -m 0700 "$DATA/odoo/data/sessions"
  install -d -o root -g root -m 0700 "$DATA/certificates"
}

# Installs units and drop-ins of the bundle, named by their path below systemd/.
install_units() {
  local unit
  for unit in "$@"; do
    install -D -m 0644 "$HERE/systemd/$unit" "/etc/systemd/system/$unit"
  done
  systemctl daemon-reload
}
