#!/bin/bash
# Gets the certificate of the domain by ACME, or renews it when a third of its life is left; otherwise does nothing.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/host.env"

CERTIFICATES=$DATA/certificates

if [[ $ACME_CHALLENGE == dns ]]; then
  # Works before the domain points here, and from networks that the certificate authority cannot reach.
  challenge=(--dns-route53)
else
  challenge=(--webroot --webroot-path /var/lib/odoo-certificate)
fi

# The account needs no address: nobody mails about expiry any more, and the server renews by itself.
certbot certonly --non-interactive --agree-tos --register-unsafely-without-email --keep-until-expiring \
  --config-dir "$CERTIFICATES/letsencrypt" --cert-name "$DOMAIN" --domain "$DOMAIN" "${challenge[@]}" \
  --deploy-hook 'systemctl reload nginx.service'

if [[ $(readlink "$CERTIFICATES/current") != "letsencrypt/live/$DOMAIN" ]]; then
  ln -sfn "letsencrypt/live/$DOMAIN" "$CERTIFICATES/current"
  systemctl reload nginx.service
fi
