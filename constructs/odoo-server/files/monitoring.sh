# shellcheck shell=bash
# Metrics, logs and restarts of what is unhealthy.

start_monitoring() {
  :
}
