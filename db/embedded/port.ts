import { createServer } from "node:net";

/** The server is for this machine only. */
export const HOST = "127.0.0.1";

/** The remembered port where it is free, so that an address somebody noted stays good; else one from the system. */
export async function choosePort(remembered: number | undefined): Promise<number> {
  const again = remembered === undefined ? undefined : await tryPort(remembered);
  const port = again ?? (await tryPort(0));
  if (port === undefined) throw new Error(`Bug: the system has no free port on ${HOST}.`);
  return port;
}

/** Listens and stops again. The port (a free one for 0), or nothing where it cannot be had. */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, HOST, () => {
      const address = server.address();
      const found = typeof address === "object" && address ? address.port : undefined;
      server.close(() => resolve(found));
    });
  });
}
