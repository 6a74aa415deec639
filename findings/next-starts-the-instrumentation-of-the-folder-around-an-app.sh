#!/bin/sh
# Next.js 16.4.5 with Turbopack: an application that lies in a folder of another project (an example, a bench, a package of a
# workspace), and has no instrumentation.js of its own, is built with that of the project around it, up to the folder of the lock file: the
# other project's start-up runs in it. An empty file of its own keeps it out. A proxy.js is not taken from there.
#
# Seen on Node.js 20.20.2:
#   without files of its own: no proxy, started by the folder around it
#   with an empty one:        no proxy
#
# Exits 0 while that is so, 1 once it is not. Takes about a minute: it builds an application of one file twice. Port 9312 must be free.
set -eu
folder=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm pkg set type=module
npm install --save-exact --no-audit --no-fund next@16.4.5 react@19.3.1 react-dom@19.3.1 >/dev/null 2>&1
cat >proxy.js <<'JS'
import { NextResponse } from "next/server";
export function proxy() {
  const response = NextResponse.next();
  response.headers.set("x-proxy", "proxy of the folder around it");
  return response;
}
JS
cat >instrumentation.js <<'JS'
export function register() {
  console.log("started by the folder around it");
}
JS
mkdir -p inner/app/handler
echo '{ "name": "inner", "private": true, "type": "module" }' >inner/package.json
cat >inner/app/handler/route.js <<'JS'
export const dynamic = "force-dynamic";
export const GET = () => new Response("paid");
JS
export NEXT_TELEMETRY_DISABLED=1
next=$PWD/node_modules/next/dist/bin/next
look() {
  node "$next" build inner >build.log 2>&1 || { cat build.log; exit 1; }
  node "$next" start inner --hostname 127.0.0.1 --port 9312 >start.log 2>&1 & pid=$!
  until curl --silent --output /dev/null http://127.0.0.1:9312/handler; do
    kill -0 "$pid" || { cat start.log; exit 1; }
    sleep 0.5
  done
  by=$(curl --silent --include http://127.0.0.1:9312/handler | tr -d '\r' | sed -n 's/^x-proxy: //p')
  echo "$1 ${by:-no proxy}$(grep -q 'started by' start.log && echo ', started by the folder around it' || true)"
  kill "$pid"; wait "$pid" 2>/dev/null || true; pid=
}
{
  look "without files of its own:"
  echo 'export function register() {}' >inner/instrumentation.js
  rm -rf inner/.next
  look "with an empty one:       "
} | tee seen
diff seen - <<'SEEN'
without files of its own: no proxy, started by the folder around it
with an empty one:        no proxy
SEEN
