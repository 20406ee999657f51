/** Started by `worker.ts`: loads the module in its argument and calls its functions on request, by messages. */
import { setMaxListeners } from "node:events";

setMaxListeners(0);
const [, , path = ""] = process.argv;
const functions = await import(path);

process.on("message", async ({ name, args }: { name: string; args: unknown[] }) => {
  try {
    process.send?.({ result: await functions[name](...args) });
  } catch (error) {
    process.send?.({ error: error instanceof Error ? error.stack : String(error) });
  }
});
process.on("disconnect", () => process.exit());
