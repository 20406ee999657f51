/** Files of `api/src`, as a glob, and test files of it. */
export interface Target {
  mutate: string;
  tests: string[];
  ignoreStatic: boolean;
}

/**
 * The files that Stryker mutates and the tests that must notice, only the relevant ones so that the run time stays bounded:
 * sealing, the path of an attempt from the request to the committed outcome, and the ownership checks.
 *
 * On that path, `ignoreStatic` skips what runs once when a module is loaded, such as limits, regular expressions and schema
 * descriptions: each such mutant would need its own process and the whole suite. Tests pin these limits and texts instead.
 */
export const TARGETS: Target[] = [
  { mutate: "crypto/*.ts", tests: ["crypto/*"], ignoreStatic: false },
  {
    mutate: "secrets/reveal-secret.ts",
    tests: ["secrets/{reveal-secret,tampered-rows,rollback-guard,settlement,durability}"],
    ignoreStatic: true,
  },
  {
    mutate: "secrets/{secret-availability,revoke-secret,destroy-pending}.ts",
    tests: ["secrets/{secret-availability,revoke-secret,destroy-pending,rollback-guard}"],
    ignoreStatic: true,
  },
  {
    mutate: "secrets/{attempt-store,secret-store}.ts",
    tests: [
      "secrets/{durability,idempotency,rollback-guard,reveal-secret,revoke-secret,secret-availability,tampered-rows}",
      "jobs/{sweep,retention}",
    ],
    ignoreStatic: true,
  },
  {
    mutate: "{accounts/authorization,accounts/principal,graphql/access,graphql/root-fields}.ts",
    tests: ["accounts/{authorization,principal}", "graphql/{access,root-fields}"],
    ignoreStatic: true,
  },
  {
    mutate: "accounts/ownership.ts",
    tests: ["accounts/ownership"],
    ignoreStatic: true,
  },
];
