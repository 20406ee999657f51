import sealing from "./stryker.config.mjs";

/**
 * The path of an attempt, from the request to the committed ending, and the checks of whose something is.
 *
 * Not tried here, and why:
 * - What runs once, when a module is loaded (`ignoreStatic`): limits, regular expressions, descriptions of the schema. Each
 *   would need a process and the whole suite of its own. Tests name these limits and texts one by one instead.
 * - SQL. To Stryker a statement is one string, which it could only empty, and then nothing works at all. Statements are
 *   held by e2e/one-shot/lifecycle.test.ts, which was seen to fail with a claim that reads before it deletes, with one that
 *   forgets the TTL, with one that forgets the kid, and with a settlement that forgets its audit event.
 */
export default {
  ...sealing,
  vitest: { configFile: "vitest.mutation-path.config.ts", related: false },
  mutate: [
    "api/src/secrets/{reveal-secret,secret-store,secret-availability,revoke-secret,expire-secrets,destroy-pending}.ts",
    "api/src/accounts/{ownership,caller}.ts",
    "api/src/graphql/{access,context,root-fields}.ts",
  ],
  ignoreStatic: true,
  jsonReporter: { fileName: ".stryker/path-report.json" },
};
