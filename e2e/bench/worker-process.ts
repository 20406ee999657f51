/** Started by `worker.ts`: calls the functions of the module that it is told, as it is told by messages. */
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
