/**
 * The mutants of mutation testing: each takes one guarantee's code away, in the database of a test run only.
 * `npm run mutants` shows which test turns red without it.
 */
import { DURABILITY_MUTANTS } from "./durability-mutants.ts";
import { KEY_MUTANTS } from "./key-mutants.ts";
import { LEDGER_MUTANTS } from "./ledger-mutants.ts";
import { type Mutant, plant } from "./mutant.ts";
import { OPERATOR_MUTANTS } from "./operator-mutants.ts";
import { ORDER_MUTANTS } from "./order-mutants.ts";
import { PEOPLE_MUTANTS } from "./people-mutants.ts";
import { SETTLEMENT_MUTANTS } from "./settlement-mutants.ts";

export const MUTANTS: readonly Mutant[] = [
  ...SETTLEMENT_MUTANTS,
  ...KEY_MUTANTS,
  ...DURABILITY_MUTANTS,
  ...LEDGER_MUTANTS,
  ...OPERATOR_MUTANTS,
  ...PEOPLE_MUTANTS,
  ...ORDER_MUTANTS,
];

/** Throws where there is no mutant of that name. */
export function mutantNamed(name: string): Mutant {
  const mutant = MUTANTS.find((candidate) => candidate.name === name);
  if (!mutant) throw new Error(`There is no mutant called ${name}.`);
  return mutant;
}

/** Plants the mutant that ONCE_MUTANT names, if it names one. */
export async function plantFromEnvironment(owner: Parameters<typeof plant>[0]): Promise<void> {
  const name = process.env.ONCE_MUTANT;
  if (name) await plant(owner, mutantNamed(name));
}
