# shellcheck shell=bash
# pgBackRest and the copies of filestore and certificates.

restore_if_blank() {
  :
}

start_archiving() {
  :
}

start_backups() {
  :
}
