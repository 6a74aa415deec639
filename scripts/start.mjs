/** `npm start`: the production build, served. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { giveUp } from "./bootstrap.mjs";
import { root } from "./run.mjs";
import { addressFor, serve } from "./serve.mjs";

const address = addressFor("start");
if (!existsSync(join(root, ".next", "BUILD_ID")))
  giveUp("There is no production build yet: run npm run build first.");
await serve("start", address);
