/** Mutants of payment links and of what they order. */
import type { Mutant } from "./mutant.ts";

export const ORDER_MUTANTS: readonly Mutant[] = [
  {
    name: "no-link-lock",
    without: "the lock by which a use of a payment link waits for its end",
    from: "order_by_link_v1",
    find: "where l.id = of_link for share;",
    replace: "where l.id = of_link;",
  },
  {
    name: "closed-link-forgets",
    without: "the look for the order of this very use before the link's end is looked at",
    from: "order_by_link_v1",
    find: "if exists (select 1 from orders o where o.id = order_id) then",
    replace: "if false then",
  },
  {
    name: "no-unpaid-cap",
    without: "the cap on unpaid orders that one person makes by a link",
    from: "order_by_link_v1",
    find: "if unpaid >= unpaid_max then",
    replace: "if false then",
  },
  {
    name: "link-of-others-closed",
    without: "the look at whose payment link is closed",
    from: "close_payment_link_v1",
    find: "if merchant is distinct from of_merchant then",
    replace: "if merchant is null then",
  },
  {
    name: "link-may-change",
    without: "what keeps a payment link as it was shown",
    from: "guard_payment_link",
    find: "or (to_jsonb(new) - 'closed_at') is distinct from (to_jsonb(old) - 'closed_at') then",
    replace: "then",
  },
];
