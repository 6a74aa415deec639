#!/bin/sh
# Pgpool-II 4.3.5 (Debian 12) with backend_clustering_mode = 'raw', and postgres 3.4.9 (postgres.js) in front of PostgreSQL
# 15.20: an INSERT outside of a transaction is answered with success and is never committed. The driver sends Parse, Describe
# and Flush, then Bind, Execute and Sync, as the protocol allows; Pgpool puts a BEGIN before them that nobody asked for, and
# no COMMIT after them. ReadyForQuery then says "T", a transaction is open, which no driver looks at. Whoever asks on that
# connection sees the row, everybody else does not, and the end of the connection rolls it back. psql, which sends a simple
# Query, and the default mode, streaming_replication, are well.
#
# Seen:
#   raw, psql: answered INSERT 0 1, and there afterwards: 1
#   raw, postgres.js: answered INSERT 1, and there afterwards: 0
#   streaming_replication, psql: answered INSERT 0 1, and there afterwards: 1
#   streaming_replication, postgres.js: answered INSERT 1, and there afterwards: 1
#
# Exits 0 while that is so, 1 once it is not. Needs Debian 12 (apt-get download; nothing is installed). About 20 seconds.
set -eu
folder=$(mktemp -d)
chmod 711 "$folder"
cd "$folder"
apt-get download postgresql-15=15.20-0+deb12u1 postgresql-client-15=15.20-0+deb12u1 libpq5 \
  pgpool2=4.3.5-1+deb12u1 libpgpool2=4.3.5-1+deb12u1 libmemcached11 libhashkit2 libldap-2.5-0 >/dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
npm init --yes >/dev/null
npm install --save-exact --no-audit --no-fund postgres@3.4.9 >/dev/null 2>&1
bin=$folder/root/usr/lib/postgresql/15/bin
LD_LIBRARY_PATH=$folder/root/usr/lib:$(dirname "$(find "$folder/root" -name 'libpq.so.5' | head -n 1)")
export LD_LIBRARY_PATH
mkdir data pool

# PostgreSQL refuses to run as root.
unprivileged() {
  if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi
}
[ "$(id -u)" != 0 ] || chown 65534:65534 data pool
stop_pool() {
  [ ! -s pool/pid ] || kill -INT "$(cat pool/pid)"
  wait
}
trap 'stop_pool; unprivileged "$bin/pg_ctl" -D data -m immediate stop >/dev/null 2>&1
  rm -rf "$folder"' EXIT
unprivileged "$bin/initdb" -D data -U postgres -A trust --locale=C.UTF-8 >/dev/null
unprivileged "$bin/pg_ctl" -D data -w -l data/log -o "-h '' -k $folder/data" start >/dev/null
export PGUSER=postgres PGDATABASE=postgres
query() { PGHOST=$1 PGPORT=$2 "$bin/psql" -AtX -v ON_ERROR_STOP=1 -c "$3"; }
query "$folder/data" 5432 "create table paid (id int)" >/dev/null

cat >insert.mjs <<'JS'
import postgres from "postgres";

const sql = postgres({ host: `${process.cwd()}/pool`, port: 9999, username: "postgres", database: "postgres", max: 1 });
const { command, count } = await sql`insert into paid values (${1}::int)`;
console.log(command, count);
await sql.end();
JS

try_mode() {
  cat >pgpool.conf <<CONF
backend_clustering_mode = '$1'
listen_addresses = ''
port = 9999
unix_socket_directories = '$folder/pool'
socket_dir = '$folder/pool'
pcp_listen_addresses = ''
pcp_socket_dir = '$folder/pool'
backend_hostname0 = '$folder/data'
backend_port0 = 5432
num_init_children = 2
sr_check_user = 'postgres'
health_check_user = 'postgres'
pid_file_name = '$folder/pool/pid'
logdir = '$folder/pool'
pool_passwd = ''
use_watchdog = off
CONF
  chmod 644 pgpool.conf
  : >pool_hba.conf
  : >pcp.conf
  unprivileged root/usr/sbin/pgpool -n -f pgpool.conf -a pool_hba.conf -F pcp.conf >pool.log 2>&1 &
  until query "$folder/pool" 9999 "select 1" >/dev/null 2>&1; do
    ! grep FATAL pool.log || exit 1
    sleep 0.2
  done
  for client in psql postgres.js; do
    query "$folder/data" 5432 "truncate paid" >/dev/null
    if [ "$client" = psql ]; then told=$(query "$folder/pool" 9999 "insert into paid values (1)"); else told=$(node insert.mjs); fi
    echo "$1, $client: answered $told, and there afterwards: $(query "$folder/data" 5432 "select count(*) from paid")"
  done
  stop_pool
}
{
  try_mode raw
  try_mode streaming_replication
} | tee seen
diff seen - <<'SEEN'
raw, psql: answered INSERT 0 1, and there afterwards: 1
raw, postgres.js: answered INSERT 1, and there afterwards: 0
streaming_replication, psql: answered INSERT 0 1, and there afterwards: 1
streaming_replication, postgres.js: answered INSERT 1, and there afterwards: 1
SEEN
