# shellcheck shell=bash
# nginx in front of Odoo, and the certificate it serves.

start_nginx() {
  install -d -m 0755 /var/lib/nginx/odoo /var/lib/odoo-certificate
  chmod 0755 "$HERE" "$HERE/nginx"
  chmod 0644 "$HERE"/nginx/unavailable.*
  install -m 0644 "$HERE/nginx/nginx.conf" /etc/nginx/nginx.conf
  install_units nginx.service.d/odoo.conf
  if [[ -n $DOMAIN ]]; then
    put_certificate_in_place
    install_units odoo-certificate.service odoo-certificate.timer
    systemctl enable --now odoo-certificate.timer
  fi
  nginx -t -q
  systemctl enable nginx.service
  systemctl restart nginx.service
  # Not waited for: without a hosted zone somebody must first make the DNS record. It is tried again until it works.
  [[ -z $DOMAIN ]] || systemctl start --no-block odoo-certificate.service
}

# nginx does not start without a certificate, and none can be issued through port 80 before nginx runs: so the first one
# is the server's own. Browsers warn of it; nobody's password goes over the line in clear.
put_certificate_in_place() {
  local certificates=$DATA/certificates own=$DATA/certificates/self-signed
  [[ ! -e $certificates/current/fullchain.pem ]] || return 0
  install -d -m 0700 "$own"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=$DOMAIN" \
    -addext "subjectAltName=DNS:$DOMAIN" -keyout "$own/privkey.pem" -out "$own/fullchain.pem" 2>/dev/null
  ln -sfn self-signed "$certificates/current"
}

# After a handover nginx alone runs, for whoever still comes here: it shows the page for maintenance.
wait_until_serving() {
  ! handed_over || return 0
  within 300 serves || fail "Odoo does not answer through nginx: see the stream odoo-web of the log group"
}

serves() {
  local scheme=http
  [[ -z $DOMAIN ]] || scheme=https
  # Its own certificate is not trusted by anybody, and this asks for Odoo, not for the certificate.
  curl --silent --fail --insecure --max-time 10 --output /dev/null "$scheme://127.0.0.1/web/login" &&
    systemctl is-active --quiet odoo-web.service odoo-database-watch.service
}
