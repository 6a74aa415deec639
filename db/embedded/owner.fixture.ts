/**
 * A process that starts the embedded server, for tests that kill processes: `<data root> <what to do then>`. Its first
 * line of output is what it got, as JSON.
 */
import postgres from "postgres";
import { startEmbedded } from "./server.ts";

const [dataRoot = "", then = "stay"] = process.argv.slice(2);

async function main(): Promise<void> {
  const { adminUrl, owned } = await startEmbedded(dataRoot);
  console.log(JSON.stringify({ adminUrl, owned }));
  switch (then) {
    case "finish":
      return;
    case "throw":
      throw new Error("Thrown for the test.");
    case "stay":
      setInterval(() => {}, 60_000);
      return;
    case "drain":
      process.once("SIGTERM", () => void answerLastRequest(adminUrl));
      setInterval(() => {}, 60_000);
      return;
    default:
      throw new Error(`Bug: nothing is called ${then}.`);
  }
}

/** What a web server does on SIGTERM: it answers what is under way, with the database, and then exits. */
async function answerLastRequest(adminUrl: string): Promise<void> {
  const sql = postgres(adminUrl, { max: 1 });
  const [row] = await sql`select 'answered' as result`;
  console.log(row?.result);
  process.exit(0);
}

void main();
