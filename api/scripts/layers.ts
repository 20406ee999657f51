/**
 * The layers of the product: which files may import which. `pnpm check` runs this file. Tests may import anything.
 *
 * The flow is crypto, drizzle ← *-store ← use case ← graphql ← http ← services ← start ← main.
 */
import { cruise, type ICruiseResult, type IForbiddenRuleType } from "dependency-cruiser";

const BASE = "crypto db logging process shared tracing";
const FEATURES = "accounts api-keys audit live projects secrets";
const FLOW = "Imports flow one way: use case ← graphql ← http ← services ← start.";
const MEET = "Features meet only through accounts and audit.";
const APP = "The dashboard's flow is app → features → ui → api → page; features do not import each other.";

/**
 * What a folder or file may import of ours in addition to itself. The second column names paths below `src` of the same
 * app. Folders that share a row as {a,b} may import themselves, not each other.
 */
// biome-ignore format: a table
export const LAYERS: [of: string, may: string, why: string][] = [
  ["api/src/crypto", "", "A leaf: cryptography knows nothing of the product."],
  ["api/src/logging", "", "A leaf, so that every layer may log."],
  ["api/src/process", "logging", "A leaf: files, locks and timers."],
  ["api/src/tracing", "logging", "A leaf: it knows the names of spans, not their meaning."],
  ["api/src/apps", "process", "A leaf: no request, secret or account reaches the built apps."],
  ["api/src/embedded-postgres", "process", "A leaf: it runs PostgreSQL and does not know what is stored in it."],
  ["api/src/db", "process tracing", "The connection does not know what is stored."],
  ["api/src/metrics", "db", "Callers say what to count; metrics do not know what the counts mean."],
  ["api/src/shared", "crypto db", "Every feature imports it, so it imports none."],
  ["api/src/key-ring", "crypto db logging process", "Keys do not know what they seal."],
  ["api/src/accounts", BASE, MEET],
  ["api/src/audit", `${BASE} accounts`, MEET],
  ["api/src/{api-keys,projects}", `${BASE} accounts audit`, MEET],
  ["api/src/secrets", `${BASE} accounts audit jobs/batches key-ring`, MEET],
  ["api/src/live", `${BASE} accounts audit secrets`, "Streams know secrets; no feature knows streams."],
  ["api/src/jobs", `${BASE} accounts audit key-ring secrets`, FLOW],
  ["api/src/graphql", `${BASE} ${FEATURES} metrics`, FLOW],
  ["api/src/http", `${BASE} ${FEATURES} apps graphql metrics`, FLOW],
  ["api/src/{config,config-variables}", "config-variables apps crypto key-ring logging shared/env-schemas tracing", FLOW],
  ["api/src/services", `${BASE} ${FEATURES} apps config graphql http jobs key-ring metrics`, FLOW],
  ["api/src/start", `${BASE} apps config embedded-postgres http key-ring services`, "Only start reads the environment."],
  ["api/src/main", "process start", FLOW],
  ["api/src/admin", `${BASE} ${FEATURES} config embedded-postgres jobs key-ring services`, "The command line calls use cases, as GraphQL does."],
  ["api/admin", "admin", "The entry point; src/admin does the work."],
  ["api/examples", "", "The example is an integration's own program, which has only the HTTP API."],
  ["drizzle", "", "The schema depends on nothing else of the product."],
  ["dashboard/src/{accounts,api-keys,audit,explorer,projects,ttl-secrets}", "api gql i18n page settings ui", APP],
  ["dashboard/src/page", "", APP],
  ["dashboard/src/{api,gql,i18n}", "gql page", APP],
  ["dashboard/src/{settings,ui}", "api i18n page ui", APP],
  ["dashboard/src/app", "accounts api api-keys audit explorer gql i18n page projects settings ttl-secrets ui", APP],
];

/** Paths and packages that only one place may import: what, the files under the rule, the exception, and why. */
// biome-ignore format: a table
export const OWNERS: [what: string, within: string, owner: string, why: string][] = [
  ["(graphql|graphql-yoga|@graphql-yoga|@pothos|@escape.tech)", "api/(src/|admin)", "api/src/graphql/", "Only api/src/graphql knows GraphQL."],
  ["better-auth", "api/(src/|admin)", "api/src/accounts/", "Only api/src/accounts knows better-auth."],
  ["(drizzle-orm|drizzle/schema)", "api/(src/|admin)", "api/src/(.+-store|db/client|accounts/auth|shared/(keyset|rate-limit))\\.", "Only stores speak SQL."],
  ["drizzle/migrate", "api/(src/|admin)", "api/src/(start|admin/.+|http/health)", "Only start and the command line migrate; /readyz checks that the migration is done."],
  ["api/src/.+-store", "api/src/(graphql|http)/", "api/src/http/authenticate", "GraphQL and HTTP call use cases, which call stores."],
  ["(?!reveal/|api/src/crypto/eff-large-wordlist|@ttl-secrets/api/word-list).+", "reveal/src/", "-", "The reveal app stands alone: it imports no package, and of ours only the word list."],
  ["(api|drizzle|e2e|reveal/(?!src/tokens))", "dashboard/src/", "-", "The dashboard knows the API only by its schema."],
];

const TESTS = "\\.test\\.tsx?$|/test-[^/]+$";

/** `a/{b,c}` as a pattern that captures b or c. */
const pattern = (of: string) =>
  `^${of.replace(/\{(.+)\}/, (_, names) => `(${names.replaceAll(",", "|")})`)}(/|\\.tsx?$)`;

export const rules: IForbiddenRuleType[] = [
  ...LAYERS.map(([of, may, why]) => {
    const below = may.split(" ").map((path) => `${of.split("/")[0]}/src/${path}`);
    const allowed = [of.replace(/\{.+\}/, "$1"), ...(may ? below : [])];
    return {
      name: `${of} may import ${may ? `only ${may}` : "nothing else of ours"}. ${why}`,
      from: { path: pattern(of), pathNot: TESTS },
      to: { path: "^(api|dashboard|e2e|reveal)/.+\\.tsx?$", pathNot: `^(${allowed.join("|")})(/|\\.tsx?$)` },
    };
  }),
  ...OWNERS.map(([what, within, owner, why]) => ({
    name: why,
    from: { path: `^${within}`, pathNot: `^${owner}|${TESTS}` },
    to: { path: `(^|/node_modules/)${what}(/|\\.|$)` },
  })),
  {
    name: "Each folder has a row in api/scripts/layers.ts that says what it may import.",
    from: {
      path: "^(api|dashboard)/src/",
      pathNot: [...LAYERS.map(([of]) => pattern(of)), TESTS, "src/main.tsx"],
    },
    to: {},
  },
  { name: "Files do not import each other, directly or in a circle.", from: {}, to: { circular: true } },
];

/** Each import below `root` that breaks a rule, as text: the file, the imported path, and the rule. */
export async function brokenRules(root: string): Promise<string[]> {
  const { output } = await cruise(["api", "dashboard", "drizzle", "reveal"], {
    baseDir: root,
    validate: true,
    ruleSet: { forbidden: rules },
    parser: "swc",
    tsPreCompilationDeps: true,
    doNotFollow: "node_modules",
    exclude: "^[^/]+/(dist|node_modules)/",
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  });
  const { violations } = (output as ICruiseResult).summary;
  return violations.map(({ from, to, rule }) => `${from} imports ${to}\n  ${rule.name}\n`);
}

if (import.meta.main) {
  const broken = await brokenRules(`${import.meta.dirname}/../..`);
  process.stderr.write(broken.join(""));
  process.exitCode = broken.length === 0 ? 0 : 1;
}
