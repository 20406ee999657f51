/** The requests that are measured, as the product's own apps and an integration would send them. */
import { randomBytes } from "node:crypto";
import texts from "../../api/src/graphql/trusted-documents.json" with { type: "json" };
import type { Load } from "./load.ts";
import type { Sender } from "./product.ts";

/** What a request is, apart from where it goes, how often and how long. */
export type Asked = Pick<Load, "path" | "bodies" | "headers" | "expect" | "isOnce">;

/** A link as the recipient's page takes it apart. */
export interface Link {
  vaultId: string;
  token: string;
  passphrase: string;
}

const graphql = (query: string, variables: object = {}) => JSON.stringify({ query, variables });

/** A document of our own apps. */
interface Trusted {
  query: string;
  hash: string;
}

/** The document of this operation, as our own apps send it. */
function documentOf(operation: string): Trusted {
  const found = Object.entries(texts).find(([, text]) => new RegExp(`\\b${operation}\\b[ ({]`).test(text));
  if (!found) throw new Error(`our apps send no ${operation}`);
  const [hash, query] = found;
  return { hash, query };
}

/** A request of our own apps: the text of its document and the hash that the server knows it by. */
const trusted = ({ query, hash }: Trusted, variables: object = {}) =>
  JSON.stringify({ query, variables, extensions: { persistedQuery: { version: 1, sha256Hash: hash } } });

/** A field that asks nothing of anybody: without a cookie there is no viewer. */
export const emptyField: Asked = {
  path: "/graphql",
  bodies: [trusted(documentOf("query Viewer"))],
  expect: '"viewer":null',
};

/** The same in a client's own words, which are parsed and validated each time. */
export const emptyFieldInOwnWords: Asked = { ...emptyField, bodies: [graphql("{ viewer { id } }")] };

const CREATE = documentOf("mutation CreateTtlSecret");

const create = ({ projectId, cookie }: Sender, content: object): Asked => ({
  path: "/graphql",
  headers: { cookie },
  bodies: [trusted(CREATE, { input: { projectId, name: "Database password", ttlSeconds: 3600, content } })],
  expect: '"passphrase"',
});

/** A new secret from a value that was typed in. */
export const paste = (sender: Sender) => create(sender, { value: "correct horse battery staple" });

/** A new secret that the server draws. */
export const generate = (sender: Sender) => create(sender, { generate: { length: 32, charset: "SYMBOLS" } });

/** What a create's answer holds for the recipient. */
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

/** So many links that lead to nothing. */
export const unknownLinks = ({ vaultId }: Pick<Sender, "vaultId">, count = 1000): Link[] =>
  Array.from({ length: count }, () => ({
    vaultId,
    token: randomBytes(16).toString("base64url"),
    passphrase: "abacus-abdomen-abide-ability-ablaze-able",
  }));

/** Attempts at nothing. */
export const revealUnknown = (links: readonly Link[]): Asked => ({
  path: "/graphql",
  bodies: links.map(revealOf),
  expect: "TtlSecretNotAvailable",
});

const AVAILABLE = documentOf("query Available");

/** The question of the recipient's page, for links that lead to nothing. */
export const available = (links: readonly Link[]): Asked => ({
  path: "/graphql",
  bodies: links.map(({ vaultId, token }) => trusted(AVAILABLE, { vaultId, token })),
  expect: '"ttlSecretAvailability"',
});

const PAGE = documentOf("query TtlSecrets");

/** A page of a project's secrets: the first, or the one after a cursor. */
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

/** A file, as a browser asks for it. */
export const file = (path: string): Asked => ({
  path,
  headers: { "accept-encoding": "br, gzip", "accept-language": "en" },
});
