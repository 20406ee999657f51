/** The layers in the order in which a request passes them. */
export const LAYERS = [
  "node:http",
  "Hono and its adapter",
  "the request's id, address, log line and metrics",
  "security headers",
  "GraphQL, for a document of our apps",
  "parsing and validating, for any other document",
] as const;

/** Name of a layer. */
export type Layer = (typeof LAYERS)[number];
