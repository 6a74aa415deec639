/** What becomes of a server whose log nobody reads any more. */

/**
 * Lets writes to a closed standard output or error fail in silence: the log is lost, payments go on. Without a listener such
 * a failure is an uncaught exception, which Next.js logs, to the same closed stream, and so on without end
 * (next 16.4: a core is busy with it, for as long as the process lives).
 */
export function surviveLostLog(streams = [process.stdout, process.stderr]): void {
  for (const stream of streams) stream.on("error", () => {});
}
