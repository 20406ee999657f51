import { mergeConfig } from "vitest/config";
import sealing from "./vitest.mutation.config.ts";

/** The same for the path of an attempt and the checks of ownership. */
export default mergeConfig(sealing, {
  test: {
    testTimeout: 60_000,
    include: [
      "src/secrets/{create-attempt,create-secret,database-watch,expire-secrets,list-secrets,reveal-secret}.test.ts",
      "src/secrets/{revoke-secret,secret-availability,secret-order,tampered-rows}.test.ts",
      "src/graphql/isolation.test.ts",
      "src/server.test.ts",
      "src/api-keys/*.test.ts",
    ],
  },
});
