import { expect, it } from "vitest";
import { openedAs, plainFormPath } from "./plain-form-path.ts";
import { safeReturnPath } from "./return-path.ts";

const form = {
  place: "/checkout/0192f0c4-0000-7000-8000-000000000000",
  key: "0192f0c4-0000-7000-8000-000000000001",
  userId: "0192f0c4-0000-7000-8000-000000000002",
};

it.each([undefined, "unknown", "refused"] as const)("says whose form it is (notice: %s)", (notice) => {
  const path = plainFormPath(form, notice);
  expect(openedAs(path)).toBe(form.userId);
  expect(safeReturnPath(path)).toBe(path);
});

it.each(["/", form.place, `${form.place}/form?key=${form.key}`, `/payments?user=${form.userId}`])(
  "%s is nobody's form",
  (path) => {
    expect(openedAs(path)).toBeUndefined();
  },
);
