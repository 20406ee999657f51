/** Preloaded into an API process (`NODE_OPTIONS=--import …`): writes down which modules for traces it loads. */
import { registerHooks } from "node:module";

registerHooks({
  load(url, context, next) {
    if (url.includes("/@opentelemetry/sdk-trace/")) process.stderr.write("a module for traces is loaded\n");
    return next(url, context);
  },
});
