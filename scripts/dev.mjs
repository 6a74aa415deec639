/** `npm run dev`: the development server, on a fresh clone too. */
import { ensureInstalled } from "./bootstrap.mjs";
import { serve } from "./serve.mjs";

await ensureInstalled();
await serve("dev");
