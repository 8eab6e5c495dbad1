# shellcheck shell=bash
# Restarts of what hangs, metrics of the disks and memory, and logs that outlive the server.

start_monitoring() {
  install_units odoo-health.service odoo-journal.service odoo-vital-signs.service odoo-cloudwatch-agent.service
  # The log group's name is known only now.
  sed "s|{{LOG_GROUP}}|$(setting logGroup)|" "$HERE/cloudwatch-agent.json" |
    install -m 0644 /dev/stdin /etc/odoo/cloudwatch-agent.json
  systemctl enable --quiet odoo-health.service odoo-journal.service odoo-vital-signs.service odoo-cloudwatch-agent.service
  systemctl restart odoo-health.service odoo-journal.service odoo-vital-signs.service
  # Not waited for: Odoo serves without it, and it is tried again until it works.
  systemctl restart --no-block odoo-cloudwatch-agent.service
}
