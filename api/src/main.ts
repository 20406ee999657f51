/**
 * Where the process starts. All that a module imports is read and compiled before anything of it runs, so what sets Node up
 * for that has to be through before the rest is asked for.
 */
import { endLoading } from "./process/runtime.ts";

await import("./start.ts");
endLoading();
