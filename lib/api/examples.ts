/** The example of /docs: a transfer, paid once, in commands that any POSIX shell with curl executes as they stand. */

export type ExampleSettings = {
  /** The service's origin, as the reader reached it. */
  origin: string;
  apiKey: string;
  /** The handle of whom to pay. */
  payee: string;
};

const AUTHORIZATION = `-H "Authorization: Bearer $API_KEY"`;
const JSON_TYPE = `-H "Content-Type: application/json"`;

/** The commands, step by step. `again` sends the very request of `pay`. */
export function transferExample({ origin, apiKey, payee }: ExampleSettings) {
  const body = JSON.stringify({ payee, amountMinor: "1250", currency: "USD" });
  const pay = `curl -si $ONCE/api/payments \\
  ${AUTHORIZATION} \\
  ${JSON_TYPE} \\
  -H "Idempotency-Key: \\"$KEY\\"" \\
  -d '${body}'`;
  return {
    prepare: `ONCE=${origin}
API_KEY=${apiKey}
INTENT=$(uuidgen 2>/dev/null || cat /proc/sys/kernel/random/uuid)`,
    issue: `KEY=$(curl -s $ONCE/api/idempotency-keys \\
  ${AUTHORIZATION} \\
  ${JSON_TYPE} \\
  -d "{\\"purpose\\": {\\"kind\\": \\"transfer\\", \\"intentId\\": \\"$INTENT\\"}}" \\
  | sed -e 's/.*"key":"\\([^"]*\\)".*/\\1/' -e 's/.*"payment":{"id":"\\([^"]*\\)".*/\\1/')
echo "$KEY"`,
    pay,
    again: pay,
    look: `curl -s $ONCE/api/idempotency-keys/$KEY \\
  ${AUTHORIZATION}`,
  };
}
