#!/bin/sh
# postgres 3.4.9 (postgres.js), Node 20.20.2: the last words of a connection that ended in the middle of a statement are
# told to the next query of its slot, which was never sent.
#
# PostgreSQL ends a backend (pg_terminate_backend, a restart, a failover) with ErrorResponse 57P01 and closes the
# connection; no ReadyForQuery follows. The driver keeps the error until a ReadyForQuery comes (src/connection.js,
# `errorResponse`), and closing the connection does not clear it. The first ReadyForQuery of the connection that it makes
# in its place then rejects the query that this connection was made for.
#
# Seen:
#   first: CONNECTION_CLOSED (the server has seen 1 statements)
#   second: 57P01 terminating connection due to administrator command (the server has seen 1 statements)
#   third: it has its row (the server has seen 2 statements)
# So what a query is rejected with may be about another one. Where that is code that says "certainly not executed", it is
# true of this query, and was never said of the one before.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund postgres@3.4.9
cat > run.mjs <<'JS'
import net from "node:net";
import postgres from "postgres";

const message = (type, body) => {
  const bytes = Buffer.from(`${type}0000${body}`, "latin1");
  bytes.writeUInt32BE(bytes.length - 1, 1);
  return bytes;
};
const READY = message("Z", "I");
const FATAL = message("E", "SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0");
const ROW = [
  message("T", "\0\x01n\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0"),
  message("D", "\0\x01\0\0\0\x011"),
  message("C", "SELECT 1\0"),
  READY,
];

// As much of a server as simple queries need. It ends the backend of the first statement while that runs.
let statements = 0;
const server = net.createServer((client) => {
  let isGreeted = false;
  client.on("data", (bytes) => {
    if (!isGreeted) {
      isGreeted = true;
      client.write(Buffer.concat([message("R", "\0\0\0\0"), READY]));
    } else if (bytes[0] === "Q".charCodeAt(0)) {
      statements += 1;
      if (statements === 1) client.end(FATAL);
      else client.write(Buffer.concat(ROW));
    }
  });
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

const sql = postgres({ host: "127.0.0.1", port: server.address().port, user: "u", max: 1, fetch_types: false });
const ask = () =>
  sql`select n`.simple().then(
    () => "it has its row",
    ({ code, message }) => (code === "57P01" ? `${code} ${message}` : code),
  );
const answers = [];
for (const name of ["first", "second", "third"]) {
  answers.push(await ask());
  console.log(`${name}: ${answers.at(-1)} (the server has seen ${statements} statements)`);
}
const isAsSeen =
  answers[0] === "CONNECTION_CLOSED" && answers[1].startsWith("57P01") && answers[2] === "it has its row";
process.exit(isAsSeen && statements === 2 ? 0 : 1);
JS
node run.mjs
