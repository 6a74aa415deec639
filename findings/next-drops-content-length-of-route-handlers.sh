#!/bin/sh
# Next.js 16.4.5, production build: a Content-Length that a route handler (app/…/route.js) puts on its Response does not reach the
# client. The body goes out in chunks. A handler under pages/api keeps the one it sets. So whoever
# downloads from a route handler sees no progress, and an answer that is cut on its way may look whole
# (proxies-complete-a-cut-chunked-answer.sh).
#
# Seen on Node.js 20.20.2:
#   route handler: transfer-encoding: chunked
#   pages/api:     content-length: 17
#
# Exits 0 while that is so, 1 once it is not. Takes about a minute: it builds an application of two files. Port 9311 must be free.
set -eu
folder=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm pkg set type=module
npm install --save-exact --no-audit --no-fund next@16.4.5 react@19.3.1 react-dom@19.3.1 >/dev/null 2>&1
mkdir -p app/handler pages/api

cat >app/handler/route.js <<'JS'
export const dynamic = "force-dynamic";
const body = '{"status":"paid"}';
export const GET = () =>
  new Response(body, { headers: { "content-type": "application/json", "content-length": String(body.length) } });
JS
cat >pages/api/handler.js <<'JS'
const body = '{"status":"paid"}';
export default function handler(request, response) {
  response.setHeader("content-type", "application/json");
  response.setHeader("content-length", String(body.length));
  response.end(body);
}
JS
export NEXT_TELEMETRY_DISABLED=1
node node_modules/next/dist/bin/next build >build.log 2>&1 || { cat build.log; exit 1; }
node node_modules/next/dist/bin/next start --hostname 127.0.0.1 --port 9311 >start.log 2>&1 & pid=$!
until curl --silent --output /dev/null http://127.0.0.1:9311/handler; do
  kill -0 "$pid" || { cat start.log; exit 1; }
  sleep 0.5
done
length_of() { curl --silent --include "http://127.0.0.1:9311$1" | tr -d '\r' | grep -iE '^(content-length|transfer-encoding):' | tr 'A-Z' 'a-z'; }
{
  echo "route handler: $(length_of /handler)"
  echo "pages/api:     $(length_of /api/handler)"
} | tee seen
diff seen - <<'SEEN'
route handler: transfer-encoding: chunked
pages/api:     content-length: 17
SEEN
