#!/bin/sh
# pg_restore 15.20 (Debian 12), --data-only --disable-triggers: what was ENABLE ALWAYS before it is an ordinary trigger
# after it, without a word. It writes ALTER TABLE … DISABLE TRIGGER ALL before the data and … ENABLE TRIGGER ALL after it,
# which makes every trigger ENABLE ORIGIN, whatever it was: one that was DISABLED fires from now on, one for REPLICA
# fires for everybody, and one for ALWAYS no longer for a session in which session_replication_role is replica. The exit code is 0.
#
# Seen, pg_trigger.tgenabled before and after:
#   before: always A, disabled D, ordinary O, replica R
#   after:  always O, disabled O, ordinary O, replica O
#
# Exits 0 while that is so, 1 once it is not. Needs Debian 12 (apt-get download; nothing is installed). About 15 seconds.
set -eu
folder=$(mktemp -d)
chmod 711 "$folder"
cd "$folder"
apt-get download postgresql-15 postgresql-client-15 libpq5 >/dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
bin=$folder/root/usr/lib/postgresql/15/bin
LD_LIBRARY_PATH=$(dirname "$(find "$folder/root" -name 'libpq.so.5' | head -n 1)")
export LD_LIBRARY_PATH
[ "$("$bin/pg_restore" --version)" = "pg_restore (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)" ] || {
  echo "Another release: $("$bin/pg_restore" --version)"
  exit 1
}
mkdir data

# PostgreSQL refuses to run as root.
unprivileged() {
  if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi
}
[ "$(id -u)" != 0 ] || chown 65534:65534 data
trap 'unprivileged "$bin/pg_ctl" -D data -m immediate stop >/dev/null 2>&1; rm -rf "$folder"' EXIT
unprivileged "$bin/initdb" -D data -U postgres -A trust --locale=C.UTF-8 >/dev/null
unprivileged "$bin/pg_ctl" -D data -w -l data/log -o "-h '' -k $folder/data" start >/dev/null
export PGHOST="$folder/data" PGUSER=postgres PGDATABASE=postgres
query() { "$bin/psql" -qAtX -v ON_ERROR_STOP=1 -c "$1"; }

query "
  create table journal (id int);
  create function refuse() returns trigger language plpgsql as 'begin return null; end';
  create trigger ordinary before delete on journal for each row execute function refuse();
  create trigger always before delete on journal for each row execute function refuse();
  create trigger replica before delete on journal for each row execute function refuse();
  create trigger disabled before delete on journal for each row execute function refuse();
  alter table journal enable always trigger always, enable replica trigger replica, disable trigger disabled;
  insert into journal values (1);
"
triggers() {
  query "select string_agg(tgname || ' ' || tgenabled::text, ', ' order by tgname) from pg_trigger where tgrelid = 'journal'::regclass"
}
{
  echo "before: $(triggers)"
  "$bin/pg_dump" -Fc -f data.dump
  query "truncate journal"
  "$bin/pg_restore" --data-only --disable-triggers -d postgres data.dump
  echo "after:  $(triggers)"
} | tee seen
diff seen - <<'SEEN'
before: always A, disabled D, ordinary O, replica R
after:  always O, disabled O, ordinary O, replica O
SEEN
