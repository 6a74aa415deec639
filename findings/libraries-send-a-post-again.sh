#!/bin/sh
# HTTP clients of npm that send a POST again by themselves where the server has read it whole and closed the connection
# without an answer, so that it may well have been carried out. If a later try is answered, the program that called is
# told of success, and of no other try. axios-retry and fetch-retry do so without any option, urllib too (its
# `socketErrorRetry` is 1 unless told otherwise); superagent's .retry() does not look at the method.
#
# Seen on Node.js 20.20.2 at a server that answers the fourth try:
#   axios with axios-retry     4 POSTs, told 201           (1.21.1, 4.5.0)
#   fetch-retry                4 POSTs, told 201           (6.0.0)
#   urllib                     2 POSTs, told an error      (4.9.2)
#   superagent with .retry(3)  4 POSTs, told 201           (10.4.2)
# and one POST, told an error: axios, superagent, got 14.6.6, ky 1.14.3, undici 7.30.2, Node.js's own fetch.
#
# Exits 0 while that is so, 1 once it is not. Takes about 25 seconds: the pauses between tries are the libraries' own.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --save-exact --no-audit --no-fund axios@1.21.1 axios-retry@4.5.0 fetch-retry@6.0.0 urllib@4.9.2 \
  superagent@10.4.2 got@14.6.6 ky@1.14.3 undici@7.30.2 >/dev/null 2>&1

cat >main.mjs <<'JS'
import { createServer } from "node:http";
import axios from "axios";
import axiosRetry from "axios-retry";
import fetchRetry from "fetch-retry";
import got from "got";
import ky from "ky";
import superagent from "superagent";
import { fetch as undiciFetch } from "undici";
import urllib from "urllib";

const ANSWERED = 4;
let posts = 0;
const server = createServer((request, response) => {
  request.resume().on("end", () => {
    posts += 1;
    if (posts === ANSWERED) response.writeHead(201).end();
    else request.socket.end();
  });
}).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const url = `http://127.0.0.1:${server.address().port}/payments`;
const body = JSON.stringify({ amount: "10.00" });
const headers = { "content-type": "application/json" };
const post = { method: "POST", headers, body };

const retrying = axios.create();
axiosRetry(retrying);
const clients = {
  "axios with axios-retry": () => retrying.post(url, body, { headers }),
  "fetch-retry": () => fetchRetry(fetch)(url, post),
  urllib: () => urllib.request(url, { method: "POST", headers, content: body }),
  "superagent with .retry(3)": () => superagent.post(url).set(headers).send(body).retry(3),
  axios: () => axios.post(url, body, { headers }),
  superagent: () => superagent.post(url).set(headers).send(body),
  got: () => got.post(url, { headers, body }),
  ky: () => ky.post(url, { headers, body }),
  "undici fetch": () => undiciFetch(url, post),
  "Node's fetch": () => fetch(url, post),
};
for (const [name, send] of Object.entries(clients)) {
  posts = 0;
  const told = await send().then(({ status, statusCode }) => status ?? statusCode, () => "an error");
  console.log(`${name.padEnd(26)} ${posts} POSTs, told ${told}`);
}
server.close();
JS
node main.mjs | tee seen
diff seen - <<'SEEN'
axios with axios-retry     4 POSTs, told 201
fetch-retry                4 POSTs, told 201
urllib                     2 POSTs, told an error
superagent with .retry(3)  4 POSTs, told 201
axios                      1 POSTs, told an error
superagent                 1 POSTs, told an error
got                        1 POSTs, told an error
ky                         1 POSTs, told an error
undici fetch               1 POSTs, told an error
Node's fetch               1 POSTs, told an error
SEEN
