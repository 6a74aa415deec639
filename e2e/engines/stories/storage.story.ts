/** Storage that a browser does not give. The server decides what is paid, so nothing but comfort is lost. */
import {
  CORE,
  expect,
  expectAnswered,
  expectReceiptOfOnePayment,
  openCheckout,
  PAY,
  test,
} from "../story.ts";

const STORAGES = `["sessionStorage", "localStorage"]`;
const BLOCKED = `for (const name of ${STORAGES}) Object.defineProperty(window, name, { get() {
  throw new DOMException("blocked", "SecurityError"); } });`;
const ABSENT = `for (const name of ${STORAGES}) Object.defineProperty(window, name, { value: null });`;
const FULL = `Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };`;

for (const { what, script, options } of [
  { what: "blocked", script: BLOCKED, options: CORE },
  { what: "absent", script: ABSENT, options: {} },
  { what: "full", script: FULL, options: {} },
]) {
  test(
    `with storage that is ${what}, a double click and a reload in flight are one payment`,
    options,
    async ({ alice, orderId, line }) => {
      line.injectScript(`${script} window.storageIsAway = true;`);
      await openCheckout(alice, orderId);
      expect(await alice.evaluate("window.storageIsAway")).toBe(true);
      line.break("held", 1);
      await alice.press(PAY, 2);
      await expectAnswered(line, 1);
      await alice.reload();
      await expectReceiptOfOnePayment(alice, orderId);
    },
  );
}
