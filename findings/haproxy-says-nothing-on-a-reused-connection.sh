#!/bin/sh
# HAProxy 2.6.12 (Debian 12), defaults, in front of a server that takes a POST whole and closes without an answer: on a server
# connection that is new the client gets 502. On one that had carried a request before, HAProxy closes the client's connection
# without a byte, and leaves it to the client to send again. Some do so by themselves, Chromium and curl among them, also a POST: a
# payment whose answer was lost arrives twice, though nothing in the proxy was told to retry.
#
# Seen (the client is Node.js, which does not send again; the server counts the POSTs it has read to their end):
#   haproxy, new connection:    502, 1 POST at the server
#   haproxy, reused connection: no answer (ECONNRESET), 1 POST at the server
#   curl through haproxy, reused connection: 2 POSTs at the server
#
# Exits 0 while that is so, 1 once it is not. Needs Debian 12 (apt-get download; nothing is installed), Node.js and curl.
# Takes about 10 seconds. Ports 9311 and 9312 must be free.
set -eu
folder=$(mktemp -d)
chmod 755 "$folder"
pids=
trap 'kill $pids 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download haproxy=2.6.12-1+deb12u4 liblua5.3-0 libopentracing-c-wrapper0 libopentracing1 >/dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
LD_LIBRARY_PATH=$(find root -name '*.so*' -exec dirname {} \; | sort -u | sed "s|^|$folder/|" | paste -sd:)
export LD_LIBRARY_PATH

# GET /count answers how many POSTs came, and forgets them; any other GET answers; a POST is read, and the connection closed.
cat >server.mjs <<'JS'
import http from "node:http";

let posts = 0;
http
  .createServer((request, response) => {
    request.resume().on("end", () => {
      if (request.method === "POST") {
        posts += 1;
        request.socket.destroy();
      } else {
        response.end(request.url === "/count" ? `${posts}` : "ok");
        if (request.url === "/count") posts = 0;
      }
    });
  })
  .listen(9311, "127.0.0.1");
JS
cat >haproxy.cfg <<'CFG'
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend in
  bind 127.0.0.1:9312
  default_backend servers
backend servers
  server one 127.0.0.1:9311
CFG
cat >client.mjs <<'JS'
import http from "node:http";

const send = (agent, port, method, path = "/") =>
  new Promise((resolve) => {
    const request = http.request({ agent, port, host: "127.0.0.1", method, path }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk)).on("end", () => resolve({ status: response.statusCode, text }));
    });
    request.on("error", (error) => resolve({ status: `no answer (${error.code})` }));
    request.end(method === "POST" ? "amount=1" : undefined);
  });
const count = async () => (await send(new http.Agent(), 9311, "GET", "/count")).text;

for (const [what, before] of [["new connection:   ", 0], ["reused connection:", 1]]) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (let times = 0; times < before; times += 1) await send(agent, 9312, "GET");
  const { status } = await send(agent, 9312, "POST");
  console.log(`haproxy, ${what} ${status}, ${await count()} POST at the server`);
  agent.destroy();
}
JS
node server.mjs &
pids=$!
root/usr/sbin/haproxy -f haproxy.cfg -db >haproxy.log 2>&1 &
pids="$pids $!"
for _ in 1 2 3 4 5 6 7 8 9 10; do
  if curl -s -o answer http://127.0.0.1:9312/; then break; fi
  sleep 1
done

{
  node client.mjs
  curl -s -o answer http://127.0.0.1:9312/ --next -s -o answer -d amount=1 http://127.0.0.1:9312/ || true
  echo "curl through haproxy, reused connection: $(curl -s http://127.0.0.1:9311/count) POSTs at the server"
} | tee seen
diff seen - <<'SEEN'
haproxy, new connection:    502, 1 POST at the server
haproxy, reused connection: no answer (ECONNRESET), 1 POST at the server
curl through haproxy, reused connection: 2 POSTs at the server
SEEN
