#!/bin/bash
# Gets the certificate of the domain by ACME, or renews it when a third of its life is left; otherwise does nothing.
# A certificate in certificates/own on the data volume takes its place: nobody asks for another one then.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/host.env"

CERTIFICATES=$DATA/certificates

issue() {
  local challenge=(--webroot --webroot-path /var/lib/odoo-certificate)
  # Works before the domain points here, and from networks that the certificate authority cannot reach.
  [[ $ACME_CHALLENGE != dns ]] || challenge=(--dns-route53)
  # The account needs no address: nobody mails about expiry any more, and the server renews by itself.
  certbot certonly --non-interactive --agree-tos --register-unsafely-without-email --keep-until-expiring \
    --config-dir "$CERTIFICATES/letsencrypt" --cert-name "$DOMAIN" --domain "$DOMAIN" "${challenge[@]}" \
    --deploy-hook 'systemctl reload nginx.service'
}

# Serves the certificate in this directory. nginx refuses a key that is not the certificate's, and goes on as before.
serve() {
  local before
  before=$(readlink "$CERTIFICATES/current")
  ln -sfn "$1" "$CERTIFICATES/current"
  systemctl reload nginx.service || {
    ln -sfn "$before" "$CERTIFICATES/current"
    echo "certificate: nginx refuses $CERTIFICATES/$1, $before is served as before" >&2
    return 1
  }
}

if [[ -e $CERTIFICATES/own/fullchain.pem ]]; then
  # Also when it is the current one: somebody may have put a newer one there.
  serve own
else
  issue
  [[ $(readlink "$CERTIFICATES/current") == "letsencrypt/live/$DOMAIN" ]] || serve "letsencrypt/live/$DOMAIN"
fi
