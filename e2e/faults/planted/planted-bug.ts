/**
 * Bugs of the kinds that payment systems are known for, planted in the database of one round or in a copy of the sources
 * that is built for it: a checker is trusted once it has detected one.
 */
import type { DatabaseChange } from "../../../db/testing/mutants/mutant.ts";
import type { CheckName } from "../checkers/violation.ts";
import type { TRIGGERS } from "../injectors/all-faults.ts";

/** A change of a copy of the sources. `find` stands once in the file. */
export type SourceChange = { file: string; find: string; replace: string };

export type PlantedBug = {
  name: string;
  what: string;
  /** The checks that are there to detect it; another one does so by chance. */
  detectedBy: readonly CheckName[];
  sql?: readonly DatabaseChange[];
  edits?: readonly SourceChange[];
  /** The only fault to inject; without it, all cheap ones are. */
  trigger?: keyof typeof TRIGGERS;
  /** It is in the page: only browsers pay. */
  inBrowser?: true;
};
