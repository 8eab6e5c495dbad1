#!/bin/bash
# The CloudWatch agent, which no distribution packages: from AWS's bucket in the Region, if its signature is right.
#
#   cloudwatch-agent.sh [CONFIGURATION]     installs it where it is missing, and runs it with the configuration
#
# Runs as root with AWS_DEFAULT_REGION set. Without a configuration it is only installed.
set -euo pipefail

# Of the key "Amazon CloudWatch Agent", from the AWS documentation on verifying the package's signature (November 2026).
FINGERPRINT=937616F3450B7D806CBD9725D58167303B789C72
AGENT=/opt/aws/amazon-cloudwatch-agent

install_agent() {
  local url directory
  url=https://amazoncloudwatch-agent-$AWS_DEFAULT_REGION.s3.$AWS_DEFAULT_REGION.amazonaws.com
  url+=/ubuntu/$(dpkg --print-architecture)/latest/amazon-cloudwatch-agent.deb
  directory=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf '$directory'" EXIT
  fetch "$url" "$directory/agent.deb"
  fetch "$url.sig" "$directory/agent.sig"
  # Only this bucket has the key. Where it comes from does not matter, its fingerprint does.
  fetch https://amazoncloudwatch-agent.s3.amazonaws.com/assets/amazon-cloudwatch-agent.gpg "$directory/key"
  is_signed "$directory/agent.deb" "$directory/agent.sig" "$directory/key" || {
    echo "cloudwatch-agent: the package is not signed by $FINGERPRINT, nothing was installed" >&2
    return 1
  }
  dpkg --install "$directory/agent.deb"
}

fetch() {
  curl --silent --show-error --fail --location --proto '=https' --retry 3 --max-time 300 --output "$2" "$1"
}

# Whether the file's signature is valid and was made by the pinned key or one of its subkeys: the last field of VALIDSIG.
is_signed() {
  local file=$1 signature=$2 key=$3 home status
  home=$(mktemp -d)
  gpg --homedir "$home" --quiet --batch --import "$key" 2>/dev/null || true
  status=$(gpg --homedir "$home" --quiet --batch --status-fd 1 --verify "$signature" "$file" 2>/dev/null || true)
  rm -rf "$home"
  grep -q "^\[GNUPG:\] VALIDSIG .* $FINGERPRINT\$" <<<"$status"
}

# The agent translates its configuration whenever it starts. The package neither enables nor starts it.
run_agent() {
  install -D -m 0644 "$1" "$AGENT/etc/amazon-cloudwatch-agent.json"
  systemctl enable --quiet amazon-cloudwatch-agent.service
  systemctl restart amazon-cloudwatch-agent.service
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  [[ -x $AGENT/bin/start-amazon-cloudwatch-agent ]] || install_agent
  [[ $# == 0 ]] || run_agent "$1"
fi
