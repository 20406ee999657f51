/**
 * How Node is to run the server, however it was started. Run before anything else is loaded: graphql-js looks at `NODE_ENV` once,
 * as it is loaded, and what has grown by then stays.
 */
import module from "node:module";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { findInstalledModulesOnce } from "./installed-modules.ts";
import { growYoungGenerationOnce } from "./young-generation.ts";

// graphql-js then leaves out checks that are for developers, which double the time of validating a document.
process.env.NODE_ENV ??= "production";

growYoungGenerationOnce();

// Of what is only needed to load modules, less is left lying about: 128 MiB resident when idle instead of 144. A server at
// work collects as V8 sees fit.
setFlagsFromString("--heap-growing-percent=50");

// Compiled code, and modules without their types, kept from one start to the next. Beside the code itself, so that nobody
// can put something else there who could not change that; where the folder can't be written, nothing is kept.
module.enableCompileCache?.(fileURLToPath(new URL("../node_modules/.cache/compiled", import.meta.url)));

findInstalledModulesOnce();

/** Ends what is only for the time in which modules are loaded. */
export function endLoading(): void {
  setFlagsFromString("--heap-growing-percent=0"); // V8's default: it decides.
}
