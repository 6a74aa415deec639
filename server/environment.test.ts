import { afterEach, expect, it, vi } from "vitest";
import { environment } from "./environment";

afterEach(() => {
  vi.unstubAllEnvs();
});

it.each([
  "postgres://u@h1:5432,h2:5432/db",
  "postgresql://u:p@h1,h2,h3/db?target_session_attrs=primary",
  "postgres://u@[::1]:5432/db",
  "postgres://u:p@h/db?sslmode=verify-full&prepare=false",
])("an address of one host or several is one: %s", (url) => {
  vi.stubEnv("DATABASE_URL", url);
  vi.stubEnv("DATABASE_OWNER_URL", url);
  expect(environment()).toMatchObject({ DATABASE_URL: url, DATABASE_OWNER_URL: url });
});

it("each variable that is wrong is named, in one sentence", () => {
  vi.stubEnv("DATABASE_URL", "mysql://u:secret@h/db");
  vi.stubEnv("DATABASE_OWNER_URL", "postgres://u:secret@h1,h2/db?target_session_attrs=prefer-standby");
  expect(() => environment()).toThrow(
    /DATABASE_URL must be an address .*; DATABASE_OWNER_URL says target_session_attrs/,
  );
  expect(() => environment()).not.toThrow(/secret/);
});
