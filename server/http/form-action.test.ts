/** In an outage, and for somebody who is signed out or is another by now, an action's form comes back with all that was typed. */
import { randomUUID } from "node:crypto";
import { beforeEach, expect, it, vi } from "vitest";
import { createPaymentLink } from "@/app/links/actions";
import { createOrder } from "@/app/orders/actions";
import { changeAddress, changePassword } from "@/app/settings/account/actions";
import { createApiKey } from "@/app/settings/api-keys/actions";
import { askToSell } from "@/app/settings/merchant/actions";
import type { FormTrouble } from "@/lib/form/form-state";

const authorize = vi.hoisted(() => vi.fn());
vi.mock("@/server/identity/authorize", () => ({ authorizeAction: authorize, requireAction: authorize }));
beforeEach(() => authorize.mockReset());

type State = {
  trouble?: FormTrouble;
  values?: Record<string, unknown>;
  id?: string;
  intentId?: string;
};
const UNSENT = { values: {}, errors: [] };
const actions: Record<string, (form: FormData) => Promise<State>> = {
  createOrder: (form) => createOrder(UNSENT, form),
  createPaymentLink: (form) => createPaymentLink(UNSENT, form),
  askToSell: (form) => askToSell(UNSENT, form),
  changePassword: (form) => changePassword(UNSENT, form),
  changeAddress: (form) => changeAddress(UNSENT, form),
  createApiKey: (form) => createApiKey({}, form),
};

it.each(Object.keys(actions))("%s", async (name) => {
  const form = new FormData();
  const id = randomUUID();
  for (const field of ["id", "intentId"]) form.set(field, id);
  form.set("description", "Ten days of typing");
  const send = async (): Promise<State> => (await actions[name]?.(form)) ?? {};
  const expectKept = (state: State, trouble: FormTrouble) => {
    expect(state.trouble).toEqual(trouble);
    expect(state.id ?? state.intentId ?? state.values?.intentId).toBe(id);
    // The fields of an API key are kept by the page itself.
    if (name === "createApiKey") expect(state.values?.name).toBeDefined();
    else expect(state.values?.description).toBe("Ten days of typing");
  };
  authorize.mockRejectedValue(new Error("connect ECONNREFUSED"));
  expectKept(await send(), { code: "unavailable" });
  authorize.mockResolvedValue({ ok: false, problem: "unauthenticated" });
  expectKept(await send(), { code: "unauthenticated" });
  authorize.mockResolvedValue({ ok: false, problem: "other-user", signedInAs: "Alice" });
  expectKept(await send(), { code: "other-user", signedInAs: "Alice" });
});
