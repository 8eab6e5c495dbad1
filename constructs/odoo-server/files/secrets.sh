# shellcheck shell=bash
# Secrets from Secrets Manager into files that only root, and the container that a file is mounted in, can read.

# They are in variables of this process and in environments of root's, never in arguments.
write_configuration() {
  local database_password master_password smtp_user='' smtp_password='' mail=()
  database_password=$(aws secret "$(setting databasePassword)")
  master_password=$(aws secret "$(setting masterPassword)")
  # The field of the credentials that the password is in, or that SES's password is derived from.
  case $SMTP_LOGIN in
    password) mail=(--secret SMTP_USER --secret SMTP_PASSWORD) ;;
    secretAccessKey) mail=(--secret SMTP_USER --ses-secret SMTP_PASSWORD "$AWS_DEFAULT_REGION") ;;
  esac
  if [[ -n $SMTP_LOGIN ]]; then
    smtp_user=$(aws secret "$(setting smtpCredentials)" username)
    smtp_password=$(aws secret "$(setting smtpCredentials)" "$SMTP_LOGIN")
  fi
  DB_PASSWORD=$database_password ADMIN_PASSWD=$master_password SMTP_USER=$smtp_user SMTP_PASSWORD=$smtp_password \
    python3 "$HERE/configure.py" --secret DB_PASSWORD --hashed-secret ADMIN_PASSWD "${mail[@]}" \
    --directory /etc/odoo 0:0 0700 \
    --file /etc/odoo/web.conf "0:${ODOO_USER#*:}" 0640 "$(cat "$HERE/odoo/web.conf")" \
    --file /etc/odoo/cron.conf "0:${ODOO_USER#*:}" 0640 "$(cat "$HERE/odoo/cron.conf")"
  install -m 0600 /dev/stdin /etc/odoo/deployment.env <<END
IMAGE=$(setting image)
LOG_GROUP=$(setting logGroup)
REGION=$AWS_DEFAULT_REGION
INSTANCE=$(aws instance)
END
}
