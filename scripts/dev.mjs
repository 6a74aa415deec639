/** `npm run dev`: the development server, on a fresh clone too. */
import { ensureInstalled } from "./bootstrap.mjs";
import { addressFor, serve } from "./serve.mjs";

const address = addressFor("dev");
await ensureInstalled();
await serve("dev", address);
