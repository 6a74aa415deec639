import { database } from "../connection/client.ts";

/** Asks the database to answer. Throws where it does not. */
export async function ping(): Promise<void> {
  await database().readingSql`select 1`;
}
