# shellcheck shell=bash
set -euo pipefail
umask 077
get() { curl -sSf --retry 6 --retry-all-errors "$@"; }
imds=http://169.254.169.254/latest
token=$(get -X PUT $imds/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 21600')
meta() { get "$imds/meta-data/$1" -H "X-aws-ec2-metadata-token: $token"; }
iam=iam/security-credentials
credentials=$iam/$(meta $iam/)

# Ubuntu 24.04 has no package of the AWS command line: curl signs. Its keys come through a pipe, since every user of a
# machine can read the arguments of a process.
keys() {
  meta "$credentials" | python3 -c 'import json, sys
print("user={AccessKeyId}:{SecretAccessKey}\nheader=x-amz-security-token:{Token}".format(**json.load(sys.stdin)))'
}
call() { keys | get --aws-sigv4 "aws:amz:$REGION:$1" -K - "${@:2}"; }
# For provision.sh, which has to report a failure also before it could install anything that talks to AWS.
export REGION SUFFIX imds token credentials
export -f get meta keys call

# CloudFormation refuses the signal of an instance that no deployment waits for: one that replaces a dead server.
signal() {
  [[ $? = 0 ]] && status=SUCCESS || status=FAILURE
  call cloudformation "https://cloudformation.$REGION.$SUFFIX/" \
    -d "Action=SignalResource&Version=2010-05-15&StackName=$STACK" \
    -d "LogicalResourceId=$GROUP&UniqueId=$(meta instance-id)&Status=$status" || true
}
trap signal EXIT

settings=$(call ssm "https://ssm.$REGION.$SUFFIX/" -H 'X-Amz-Target: AmazonSSM.GetParameter' \
  -H 'Content-Type: application/x-amz-json-1.1' -d "{\"Name\": \"$PARAMETER\"}" |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["Parameter"]["Value"])')

# S3 insists on the hash of the request's body, and curl sends it only since version 8: that of an empty body.
call s3 "$BUNDLE" -o /run/bundle.tar \
  -H x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
sha256sum -c --quiet <<<"$SHA256 /run/bundle.tar"
mkdir -p /opt/odoo-aws
cd /opt/odoo-aws
tar -xf /run/bundle.tar
AWS_DEFAULT_REGION=$REGION bash provision.sh "$settings"
