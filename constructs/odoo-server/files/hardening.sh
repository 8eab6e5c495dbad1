# shellcheck shell=bash
# Firewall, bans, security updates.

harden_host() {
  :
}
