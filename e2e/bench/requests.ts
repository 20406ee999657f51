/** The requests that are measured, as the product's own apps and an integration would send them. */
import { randomBytes } from "node:crypto";
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

/** A field that asks nothing of anybody: without a cookie there is no viewer. */
export const emptyField: Asked = {
  path: "/graphql",
  bodies: [graphql("{ viewer { id } }")],
  expect: '"viewer":null',
};

const CREATE =
  "mutation ($input: CreateTtlSecretInput!) { createTtlSecret(input: $input) { ttlSecret { id name status createdAt expiresAt } link passphrase } }";

const create = ({ projectId, cookie }: Sender, content: object): Asked => ({
  path: "/graphql",
  headers: { cookie },
  bodies: [graphql(CREATE, { input: { projectId, name: "Database password", ttlSeconds: 3600, content } })],
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

const REVEAL = `mutation ($input: RevealTtlSecretInput!) { revealTtlSecret(input: $input) {
  __typename ... on TtlSecretRevealed { value } ... on TtlSecretDestroyed { message } ... on TtlSecretNotAvailable { message } } }`;

const revealOf = (input: Link) => graphql(REVEAL, { input });

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

/** The question of the recipient's page, for links that lead to nothing. */
export const available = (links: readonly Link[]): Asked => ({
  path: "/graphql",
  bodies: links.map(({ vaultId, token }) =>
    graphql(
      "query ($vaultId: ID!, $token: String!) { ttlSecretAvailable(vaultId: $vaultId, token: $token) }",
      {
        vaultId,
        token,
      },
    ),
  ),
  expect: '"ttlSecretAvailable"',
});

const PAGE = `query ($projectId: ID!, $after: String) { ttlSecrets(projectId: $projectId, after: $after) {
  nodes { id name status destroyedReason createdAt expiresAt endedAt createdBy } pageInfo { hasNextPage endCursor } } }`;

/** A page of a project's secrets: the first, or the one after a cursor. */
export const secretsPage = ({ cookie }: Sender, projectId: string, after?: string): Asked => ({
  path: "/graphql",
  headers: { cookie },
  bodies: [graphql(PAGE, { projectId, after })],
  expect: '"nodes"',
});

/** The first page of a project's audit log. */
export const auditPage = ({ cookie, projectId }: Sender): Asked => ({
  path: "/graphql",
  headers: { cookie },
  bodies: [
    graphql(
      "query ($projectId: ID!) { auditEvents(projectId: $projectId) { nodes { id action at sourceIp actor ttlSecretId ttlSecretName } pageInfo { hasNextPage endCursor } } }",
      { projectId },
    ),
  ],
  expect: '"nodes"',
});

/** A file, as a browser asks for it. */
export const file = (path: string): Asked => ({
  path,
  headers: { "accept-encoding": "br, gzip", "accept-language": "en" },
});
