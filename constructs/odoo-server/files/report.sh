# shellcheck shell=bash
# How the provisioning ended: in one line for whoever has only the console, and in CloudWatch with all that led to it.
# The console of a terminated server is soon gone.

report() {
  local code=$?
  # The log is written by another process, which may be behind.
  sleep 1
  echo "provision: $(outcome "$code")"
  sleep 1
  # Whatever goes wrong in there must not take the place of the outcome.
  (send_log) || echo 'provision: the log could not be sent to CloudWatch' >&2
}

outcome() {
  if [[ $1 == 0 ]]; then
    echo "done after $SECONDS s"
  else
    echo "FAILED with code $1 in ${STEP:-the beginning} after $SECONDS s: $(grep -v '^$' "$LOG" | tail -n 1)"
  fi
}

send_log() {
  local group
  group=$(setting logGroup)
  if python3 -c 'import boto3' 2>/dev/null; then
    aws log "$group" provision "$LOG"
  else
    send_log_by_curl "$group"
  fi
}

# Before the package is installed that everything else talks to AWS with, for example because the mirrors are away:
# through the function `call` that the bootstrap has left in the environment, with what it needs.
send_log_by_curl() {
  local names body
  names="\"logGroupName\": \"$1\", \"logStreamName\": \"provision/$(meta instance-id)/$EPOCHSECONDS\""
  body=$(mktemp)
  echo "{$names}" >"$body"
  logs CreateLogStream "$body"
  echo "{$names, \"logEvents\": $(log_events)}" >"$body"
  logs PutLogEvents "$body"
}

logs() {
  call logs "https://logs.$REGION.$SUFFIX/" -H 'Content-Type: application/x-amz-json-1.1' \
    -H "X-Amz-Target: Logs_20140328.$1" -d "@$2" -o /dev/null
}

# The end of the log: one call takes 10,000 events and 1 MiB.
log_events() {
  tail -n 1000 "$LOG" | python3 -c '
import json, sys, time
now = int(time.time() * 1000)
lines = sys.stdin.buffer.read().decode(errors="replace").splitlines()
print(json.dumps([{"timestamp": now, "message": line[:1000]} for line in lines if line]))'
}
