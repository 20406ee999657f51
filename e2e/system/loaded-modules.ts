/** Preloaded into an API process (`NODE_OPTIONS=--import …`): logs when it loads the tracer. */
import { registerHooks } from "node:module";

registerHooks({
  load(url, context, next) {
    if (/\/open-telemetry-[^/]*\.js$/.test(url)) process.stderr.write("the tracer is loaded\n");
    return next(url, context);
  },
});
