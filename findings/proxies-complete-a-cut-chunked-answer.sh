#!/bin/sh
# Caddy 2.6.2 and lighttpd 1.4.69 (Debian 12) as reverse proxies: a chunked answer whose upstream dies in its midst is ended in
# good order for the client. Caddy puts the last chunk to it, lighttpd a Content-Length of what has come. A client gets 200 and half
# a body, and nothing tells it so; directly, curl ends with 18, "transfer closed with outstanding read data remaining". With
# a Content-Length of the upstream's own both cut the connection, and the client notices.
#
# Seen (curl's exit code and the body):
#   directly, chunked: 18 {"paid":"1
#   caddy, chunked:    0 {"paid":"1
#   lighttpd, chunked: 0 {"paid":"1
#   caddy, length:     18 {"paid":"1
#   lighttpd, length:  18 {"paid":"1
#
# Exits 0 while that is so, 1 once it is not. Needs Debian 12 (apt-get download; nothing is installed), Node.js and curl.
# Takes about 10 seconds. Ports 9301 to 9304 must be free.
set -eu
folder=$(mktemp -d)
chmod 755 "$folder"
pids=
trap 'kill $pids 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download caddy=2.6.2-5 lighttpd=1.4.69-1 >/dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done

# Reads a request, sends half of an answer and closes: on 9301 a chunked one, on 9302 one with its length.
cat >upstream.mjs <<'JS'
import net from "node:net";

const HALF = '{"paid":"1';
const heads = { 9301: "Transfer-Encoding: chunked\r\n\r\na\r\n", 9302: "Content-Length: 20\r\n\r\n" };
for (const [port, head] of Object.entries(heads)) {
  const server = net.createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${head}${HALF}${port === "9301" ? "\r\n" : ""}`);
      setTimeout(() => socket.end(), 300);
    });
  });
  server.listen(port, "127.0.0.1");
}
JS
cat >Caddyfile <<'CONF'
{
  admin off
}
http://127.0.0.1:9303 {
  reverse_proxy /chunked 127.0.0.1:9301
  reverse_proxy /length 127.0.0.1:9302
}
CONF
cat >lighttpd.conf <<CONF
server.port = 9304
server.bind = "127.0.0.1"
server.document-root = "$folder"
server.modules = ("mod_proxy")
proxy.server = (
  "/chunked" => (("host" => "127.0.0.1", "port" => 9301)),
  "/length" => (("host" => "127.0.0.1", "port" => 9302))
)
CONF
node upstream.mjs & pids="$pids $!"
HOME=$folder root/usr/bin/caddy run --config Caddyfile --adapter caddyfile 2>caddy.log & pids="$pids $!"
root/usr/sbin/lighttpd -D -f lighttpd.conf -m root/usr/lib/lighttpd 2>lighttpd.log & pids="$pids $!"
for port in 9301 9302 9303 9304; do
  until node -e "require('net').connect($port,'127.0.0.1').on('connect',()=>process.exit()).on('error',()=>process.exit(1))"
  do sleep 0.2; done
done

ask() {
  code=0
  body=$(curl --silent --max-time 10 "$2") || code=$?
  echo "$1 $code $body"
}
{
  ask "directly, chunked:" http://127.0.0.1:9301/chunked
  ask "caddy, chunked:   " http://127.0.0.1:9303/chunked
  ask "lighttpd, chunked:" http://127.0.0.1:9304/chunked
  ask "caddy, length:    " http://127.0.0.1:9303/length
  ask "lighttpd, length: " http://127.0.0.1:9304/length
} | tee seen
diff seen - <<'SEEN'
directly, chunked: 18 {"paid":"1
caddy, chunked:    0 {"paid":"1
lighttpd, chunked: 0 {"paid":"1
caddy, length:     18 {"paid":"1
lighttpd, length:  18 {"paid":"1
SEEN
