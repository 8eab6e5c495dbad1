# What the container `Restore` of a drill does: the packages that the single server has, then the program.
#
#   bash -c SCRIPT restore URL SHA256 ARGUMENT...   archive of the programs (s3://BUCKET/KEY), and the arguments of theirs
#
# MOMENT in the environment is the one that is restored. Exit code 0 or 1: the program has said what it saw; 2: it did not begin.
#
# Packages as a server that is brought back gets them, so that what is measured has their time, too.
set -Eeuo pipefail
trap 'exit 2' ERR
directory=/opt/restore

install_packages() {
  local -x DEBIAN_FRONTEND=noninteractive
  local apt=(apt-get -qq -o Acquire::Retries=5)
  # A cluster that the package made would be taken for the restored one.
  mkdir -p /etc/postgresql-common/createcluster.d
  echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/odoo.conf
  "${apt[@]}" update
  "${apt[@]}" install -y --no-install-recommends \
    ca-certificates pgbackrest postgresql python3-boto3 python3-psycopg2 >/dev/null
}

fetch_programs() {
  local address=${1#s3://} archive=$directory/programs.tar
  mkdir -p "$directory/bin"
  python3 -c 'import boto3, sys; boto3.client("s3").download_file(*sys.argv[1:])' \
    "${address%%/*}" "${address#*/}" "$archive"
  echo "$2  $archive" | sha256sum --check --quiet
  tar -xf "$archive" -C "$directory"
  printf '#!/bin/sh\nexec python3 %s/pgbackrest.py "$@"\n' "$directory" >"$directory/bin/pgbackrest"
  # PostgreSQL starts it as well, which is another user.
  chmod -R a+rX "$directory"
  chmod a+x "$directory/bin/pgbackrest"
}

install_packages
fetch_programs "$1" "$2"
export PATH=$directory/bin:$PATH PGBACKREST_CMD=$directory/bin/pgbackrest
cd "$directory"
exec python3 -u restore_drill.py --moment="$MOMENT" "${@:3}"
