import { expect, it } from "vitest";
import { timeZoneOf } from "./time-zone.ts";

it.each([
  ["Europe/Berlin", "Europe/Berlin"],
  ["America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"],
  ["UTC", "UTC"],
  ["Etc/GMT+5", "Etc/GMT+5"],
  [undefined, "UTC"],
  ["", "UTC"],
  ["Mars/Olympus", "UTC"],
  ["+02:00", "UTC"],
  ["Europe/Berlin\n", "UTC"],
  ["../../etc/passwd", "UTC"],
  ["A".repeat(5000), "UTC"],
])("the cookie %j is the zone %s", (value, zone) => {
  expect(timeZoneOf(value)).toBe(zone);
});
