import { database } from "../connection/client.ts";

/** Asks the database for a sign of life. Throws where there is none. */
export async function ping(): Promise<void> {
  await database().readingSql`select 1`;
}
