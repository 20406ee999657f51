/** The measured requests, as our apps and integrations send them. */
import { randomBytes } from "node:crypto";
import texts from "../../api/src/graphql/trusted-documents.json" with { type: "json" };
import type { Load } from "./load.ts";
import type { Sender } from "./product.ts";

/** A request, without its origin and load. */
export type Asked = Pick<Load, "path" | "bodies" | "headers" | "expect" | "isOnce">;

/** The parts of a link, and its passphrase. */
export interface Link {
  vaultId: string;
  token: string;
  passphrase: string;
}

const graphql = (query: string, variables: object = {}) => JSON.stringify({ query, variables });

/** A trusted document. */
interface Trusted {
  query: string;
  hash: string;
}

/** The document of this operation that our apps send. */
function documentOf(operation: string): Trusted {
  const found = Object.entries(texts).find(([, text]) => new RegExp(`\\b${operation}\\b[ ({]`).test(text));
  if (!found) throw new Error(`our apps send no ${operation}`);
  const [hash, query] = found;
  return { hash, query };
}

/** A request body of our apps: the document and its hash. */
const trusted = ({ query, hash }: Trusted, variables: object = {}) =>
  JSON.stringify({ query, variables, extensions: { persistedQuery: { version: 1, sha256Hash: hash } } });

/** A field that queries nothing: without a cookie there is no viewer. */
export const emptyField: Asked = {
  path: "/graphql",
  bodies: [trusted(documentOf("query Viewer"))],
  expect: '"viewer":null',
};

/** The same with a client's own document, which is parsed and validated each time. */
export const emptyFieldOfClient: Asked = { ...emptyField, bodies: [graphql("{ viewer { id } }")] };

const CREATE = documentOf("mutation CreateTtlSecret");

const create = ({ projectId, cookie }: Sender, content: object): Asked => ({
  path: "/graphql",
  headers: { cookie },
  bodies: [trusted(CREATE, { input: { projectId, name: "Database password", ttlSeconds: 3600, content } })],
  expect: '"passphrase"',
});

/** Creates a secret from a pasted value. */
export const paste = (sender: Sender) => create(sender, { value: "correct horse battery staple" });

/** Creates a secret that the server generates. */
export const generate = (sender: Sender) => create(sender, { generate: { length: 32, charset: "SYMBOLS" } });

/** Link and passphrase from the response to a create. */
export function linkIn(answer: string): Link {
  const { link, passphrase } = JSON.parse(answer).data.createTtlSecret;
  const [vaultId = "", token = ""] = new URL(link).pathname.split("/").slice(1);
  return { vaultId, token, passphrase };
}

const REVEAL = documentOf("mutation Reveal");

const revealOf = (input: Link) => trusted(REVEAL, { input });

/** One attempt at each link, with its passphrase. */
export const revealRight = (links: readonly Link[]): Asked => ({
  path: "/graphql",
  bodies: links.map(revealOf),
  isOnce: true,
  expect: "TtlSecretRevealed",
});

/** One attempt at each link, with another passphrase. */
export const revealWrong = (links: readonly Link[]): Asked => ({
  path: "/graphql",
  bodies: links.map((link) => revealOf({ ...link, passphrase: "abacus-abdomen-abide-ability-ablaze-able" })),
  isOnce: true,
  expect: "TtlSecretDestroyed",
});

/** Links with unknown tokens. */
export const unknownLinks = ({ vaultId }: Pick<Sender, "vaultId">, count = 1000): Link[] =>
  Array.from({ length: count }, () => ({
    vaultId,
    token: randomBytes(16).toString("base64url"),
    passphrase: "abacus-abdomen-abide-ability-ablaze-able",
  }));

/** Attempts at unknown tokens. */
export const revealUnknown = (links: readonly Link[]): Asked => ({
  path: "/graphql",
  bodies: links.map(revealOf),
  expect: "TtlSecretNotAvailable",
});

const AVAILABLE = documentOf("query Available");

/** The availability query of the recipient's page, for unknown tokens. */
export const available = (links: readonly Link[]): Asked => ({
  path: "/graphql",
  bodies: links.map(({ vaultId, token }) => trusted(AVAILABLE, { vaultId, token })),
  expect: '"ttlSecretAvailability"',
});

const PAGE = documentOf("query TtlSecrets");

/** A page of a project's secrets: the first, or the page after a cursor. */
export const secretsPage = ({ cookie }: Sender, projectId: string, after?: string): Asked => ({
  path: "/graphql",
  headers: { cookie },
  bodies: [trusted(PAGE, { projectId, first: 50, after })],
  expect: '"ttlSecrets":{',
});

/** The first page of a project's audit log. */
export const auditPage = ({ cookie, projectId }: Sender): Asked => ({
  path: "/graphql",
  headers: { cookie },
  bodies: [trusted(documentOf("query AuditEvents"), { projectId, first: 50 })],
  expect: '"auditEvents"',
});

/** A file, requested as a browser does. */
export const file = (path: string): Asked => ({
  path,
  headers: { "accept-encoding": "br, gzip", "accept-language": "en" },
});
