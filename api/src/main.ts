/**
 * Entry point. ES imports are evaluated before the importing module, so Node is configured here and everything else is
 * imported dynamically.
 */

// graphql-js reads NODE_ENV once, while it loads. Outside production it makes checks that double the time of validating a document.
process.env.NODE_ENV ??= "production";

// Only the bundle has source maps. They turn the frames of a logged stack trace into lines of the source.
process.setSourceMapsEnabled(true);

await import("./start.ts");
