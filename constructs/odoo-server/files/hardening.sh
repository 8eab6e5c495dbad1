# shellcheck shell=bash
# Firewall, bans, security updates, time, logs: what a server needs that stays up for years without anybody on it.

harden_host() {
  install_units odoo-.service.d/hardening.conf docker.service.d/odoo.conf
  keep_session_manager
  close_ssh
  raise_firewall
  limit_logs
  follow_time
  schedule_updates
  ban_guessers
}

# Canonical's images bring the agent as a snap, and a person's only way in is made sure of before the other one is closed.
# A server that serves is worth more than one that can be looked at: what fails here is said, and fails nothing.
keep_session_manager() {
  command -v snap >/dev/null || return 0
  snap list amazon-ssm-agent &>/dev/null || snap install --classic amazon-ssm-agent || true
  snap start --enable amazon-ssm-agent ||
    echo 'provision: the agent of Session Manager does not run: nobody can open a session on this server' >&2
}

# Administration is by Session Manager. Masked, so that no package brings the daemon back.
close_ssh() {
  systemctl mask --now --quiet ssh.service ssh.socket
}

# The distribution's unit would flush the whole ruleset, with the tables of Docker and fail2ban in it.
raise_firewall() {
  systemctl mask --quiet nftables.service
  install_units odoo-firewall.service
  systemctl enable --quiet odoo-firewall.service
  systemctl restart odoo-firewall.service
}

# Logs grow on the root volume, where they could fill what Docker needs.
limit_logs() {
  install_host_file systemd/journald.conf.d/odoo.conf
  install_host_file logrotate.d/odoo
  install -d -m 0750 -g adm /var/log/odoo
  systemctl restart systemd-journald.service
}

# Not waited for: the clock of an instance that has just started is right.
follow_time() {
  install_host_file chrony/sources.d/amazon.sources
  systemctl enable --quiet chrony.service
  systemctl restart --no-block chrony.service
}

# Lists and packages are fetched daily, as the distribution does it; installed once a week, in the window.
schedule_updates() {
  install_host_file apt/apt.conf.d/90odoo
  install_host_file needrestart/conf.d/odoo.conf
  install_units apt-daily-upgrade.timer.d/odoo.conf
  systemctl enable --quiet apt-daily.timer apt-daily-upgrade.timer
  systemctl restart apt-daily-upgrade.timer
}

ban_guessers() {
  install_host_file fail2ban/filter.d/odoo-login.conf
  install_host_file fail2ban/jail.d/odoo.local
  # fail2ban does not start without its log, which nginx makes when it starts for the first time.
  [[ -e /var/log/nginx/access.log ]] || install -o www-data -g adm -m 0640 /dev/null /var/log/nginx/access.log
  systemctl enable --quiet fail2ban.service
  systemctl restart fail2ban.service
}

# Installs a file of the bundle, named by its path below /etc.
install_host_file() {
  install -D -m 0644 "$HERE/etc/$1" "/etc/$1"
}
