/** What is offered about a request that waits: to approve it only where that can make somebody a merchant. */
import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import en from "@/messages/en.json";
import { Requests } from "./requests";

it.each([
  { isPayer: true, offered: ["Approve", "Decline"] },
  { isPayer: false, offered: ["Decline"] },
])("of somebody who is a payer ($isPayer): $offered", ({ isPayer, offered }) => {
  const page = renderToStaticMarkup(
    <NextIntlClientProvider
      locale="en"
      messages={en}
      timeZone="UTC"
      formats={{ dateTime: { short: {}, shortOfOtherYear: {} } }}
    >
      <Requests
        requests={[
          {
            id: "5b0f3d0e-6a53-4f3c-9d52-0c1d8f8f6a11",
            businessName: "Oven",
            sells: "Bread",
            state: "pending",
            decisionReason: null,
            createdAt: new Date("2026-03-02T09:38:12.000Z"),
            decidedAt: null,
          },
        ]}
        isPayer={isPayer}
        words={{ errors: {}, reason: "Reason", reasonHint: "Why" }}
        act={async (state) => state}
      />
    </NextIntlClientProvider>,
  );
  const summaries = [...page.matchAll(/<summary[^>]*>([^<]*)<\/summary>/g)].map(([, text]) => text);
  expect(summaries).toEqual(offered);
  expect(page.includes("nothing to approve")).toBe(!isPayer);
});
