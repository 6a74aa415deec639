/** What the reference model keeps: accounts, orders, outcomes and transfers, as plain values. */

export type Account = {
  /** Absent for the house's own accounts. */
  ownerId: string | null;
  currency: string;
  balance: bigint;
  /** Absent where the balance may fall without end. */
  floor: bigint | null;
  version: bigint;
  closed: boolean;
  dayOut: bigint;
  dayLimit: bigint | null;
};

export type Order = {
  merchantId: string;
  merchantAccountId: string;
  total: bigint;
  currency: string;
  expired: boolean;
  cancelled: boolean;
  paidBy: string | null;
};

/** What one operator asks for and another approves. */
export type Adjustment = {
  askedBy: string;
  debitAccountId: string;
  creditAccountId: string;
  amountMinor: bigint;
  currency: string;
  reason: string;
  state: "pending" | "done" | "declined";
};

/** What the audit log tells of a payment that an operator made: who acted. */
export type Acted = { actorId: string; action: string };

/** A payment without the time of settling, which no two executions share. */
export type Outcome = {
  userId: string;
  id: string;
  kind: string;
  purposeId: string;
  subjectId: string | null;
  status: "succeeded" | "declined";
  declineCode: string | null;
  amountMinor: bigint;
  currency: string;
  payerAccountId: string;
  payeeAccountId: string;
  note: string | null;
  renderer: number;
};

/** A transfer's position in the order of each of its two accounts. */
export type Transfer = {
  debitBalance: bigint;
  debitVersion: bigint;
  creditBalance: bigint;
  creditVersion: bigint;
};

export type Recorded = Outcome & { requestHash: string };

export type Books = {
  /** Who may fund, refund for others and approve. */
  readonly operators: ReadonlySet<string>;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly orders: ReadonlyMap<string, Order>;
  readonly adjustments: ReadonlyMap<string, Adjustment>;
  readonly outcomes: ReadonlyMap<string, Recorded>;
  /** What has been refunded, by payment. */
  readonly refunded: ReadonlyMap<string, bigint>;
};
