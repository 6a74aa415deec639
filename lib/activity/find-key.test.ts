import { expect, it } from "vitest";
import { keyForm } from "./find-key.ts";

const KEY = "019ab3c2-40d5-7dbd-bc93-6894a57f9324";
const OTHER = "5b0f3d0e-6a53-4f3c-9d52-0c1d8f8f6a11";

it.each([
  KEY,
  KEY.toUpperCase(),
  `  ${KEY}\n`,
  `"${KEY}"`,
  `Idempotency-Key: "${KEY}"`,
  `https://pay.example/payments/${KEY}`,
  `https://pay.example/checkout/${OTHER}/form?key=${KEY}&user=${OTHER}`,
  `Reference ${KEY}, ${KEY}.`,
])("finds the key in %j", (text) => {
  expect(keyForm.parse({ key: text })).toEqual({ key: KEY });
});

it.each([
  ["", "malformed"],
  ["hello", "malformed"],
  [KEY.slice(1), "malformed"],
  [`${KEY}0`, "malformed"],
  [`a${KEY}`, "malformed"],
  [KEY.replaceAll("-", ""), "malformed"],
  [undefined, "malformed"],
  [`${KEY} ${OTHER}`, "several"],
])("finds none in %j, and says %s", (text, code) => {
  expect(keyForm.safeParse({ key: text }).error?.issues.map(({ message }) => message)).toEqual([code]);
});
