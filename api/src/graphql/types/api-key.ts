import { requireOwner } from "../../accounts/authorization.ts";
import type { ApiKey } from "../../api-keys/api-key.ts";
import { type CreatedApiKey, createApiKey } from "../../api-keys/create-api-key.ts";
import { listApiKeys } from "../../api-keys/list-api-keys.ts";
import { revokeApiKey } from "../../api-keys/revoke-api-key.ts";
import { encodeCursor, pageRequest } from "../../shared/paging.ts";
import { builder } from "../builder.ts";
import { EDGE, pageArgs, toConnection } from "./connection.ts";

type ApiKeyProject = NonNullable<ApiKey["projects"]>[number];

const ApiKeyScope = builder.enumType("ApiKeyScope", {
  description: "What an API key may do. No key may reveal, revoke, read the audit log or manage anything.",
  values: {
    TTL_SECRETS_CREATE: {
      value: "ttl-secrets:create",
      description: "`ttl-secrets:create`: create TTL secrets.",
    },
    TTL_SECRETS_READ: {
      value: "ttl-secrets:read",
      description: "`ttl-secrets:read`: list projects and TTL secrets, and follow their status.",
    },
  } as const,
});

const ApiKeyProjectType = builder.objectRef<ApiKeyProject>("ApiKeyProject").implement({
  description: "A project that an API key is limited to.",
  fields: (t) => ({
    id: t.exposeID("id", { description: "The project's id." }),
    name: t.exposeString("name", { description: "The project's name; plain text." }),
  }),
});

const ApiKeyType = builder.objectRef<ApiKey>("ApiKey").implement({
  description: "What may be known of an API key: everything but the key, of which only a hash is stored.",
  fields: (t) => ({
    id: t.exposeID("id", { description: "A UUID; names the key, opens nothing." }),
    name: t.exposeString("name", {
      description: "1 to 200 characters; plain text. The audit log calls the key by it: API key “name”.",
    }),
    scopes: t.expose("scopes", { type: [ApiKeyScope], description: "What the key may do; at least one." }),
    projects: t.expose("projects", {
      type: [ApiKeyProjectType],
      nullable: true,
      description:
        "The only projects it may work with, as far as they still exist; null for all of the vault, later ones too.",
    }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was created." }),
    createdBy: t.exposeString("createdBy", { description: "The owner who created it, by e-mail." }),
    expiresAt: t.expose("expiresAt", {
      type: "DateTime",
      description: "From then on every request with it is refused as UNAUTHENTICATED.",
    }),
    lastUsedAt: t.expose("lastUsedAt", {
      type: "DateTime",
      nullable: true,
      description: "When a request was last made with it, to the minute; null before the first.",
    }),
    lastUsedIp: t.exposeString("lastUsedIp", {
      nullable: true,
      description: "IPv4 or IPv6 address of that request; null before the first.",
    }),
    revokedAt: t.expose("revokedAt", {
      type: "DateTime",
      nullable: true,
      description: "When an owner revoked it; null when nobody has.",
    }),
  }),
});

const CreatedApiKeyType = builder.objectRef<CreatedApiKey>("CreatedApiKey").implement({
  description: "A new API key. The key itself is in this answer and nowhere else.",
  fields: (t) => ({
    apiKey: t.expose("apiKey", { type: ApiKeyType, description: "What the list shows of it from now on." }),
    key: t.exposeString("key", {
      description:
        "`ttlk_` and 48 characters of base64url. Send it as `Authorization: Bearer ttlk_…`; keep it as you keep a password.",
    }),
  }),
});

const CreateApiKeyInput = builder.inputType("CreateApiKeyInput", {
  description: "What a new API key is called, what it may do, where, and for how long.",
  fields: (t) => ({
    name: t.string({
      description:
        "1 to 200 characters, no control characters. Taken for good: no other key of the vault, revoked ones included, may have it.",
    }),
    scopes: t.field({ type: [ApiKeyScope], description: "What the key may do; at least one." }),
    projectIds: t.idList({
      required: false,
      description:
        "The only projects it may work with, 1 to 100 of the vault's; left out or null for all of them, later ones too.",
    }),
    expiresInDays: t.int({ description: "Days until it is refused, 1 to 365." }),
  }),
});

const ApiKeyConnection = builder.connectionObject(
  { type: ApiKeyType, name: "ApiKeyConnection", description: "A page of a vault's API keys, newest first." },
  EDGE,
);

builder.queryField("apiKeys", (t) =>
  t.field({
    type: ApiKeyConnection,
    description:
      "Your vault's API keys, newest first, expired and revoked ones too. For owners of the vault: FORBIDDEN to others and to API keys.",
    args: pageArgs,
    resolve: async (_root, { first, after }, context) => {
      const owner = await requireOwner(context);
      const keys = await listApiKeys(context.services, { owner, page: pageRequest(first ?? 50, after) });
      return toConnection(keys, ({ id, createdAt }) => encodeCursor({ id, at: createdAt }), after == null);
    },
  }),
);

builder.mutationFields((t) => ({
  createApiKey: t.field({
    type: CreatedApiKeyType,
    description:
      "Creates an API key for your vault and returns it, this once. For owners: FORBIDDEN to others and to API keys. NOT_FOUND when a project is not your vault's.",
    args: { input: t.arg({ type: CreateApiKeyInput, description: "The new key." }) },
    resolve: async (_root, { input }, context) => {
      const owner = await requireOwner(context);
      const { services } = context;
      await services.rateLimits.take("createApiKey", { key: owner.userId });
      const { name, scopes, projectIds = null, expiresInDays } = input;
      return createApiKey(services, { owner, name, scopes, projectIds, expiresInDays });
    },
  }),
  revokeApiKey: t.id({
    description:
      "Revokes an API key: its next request is refused and its open streams end. Returns the id; revoking again changes nothing. For owners: FORBIDDEN to others and to API keys. NOT_FOUND when it is not your vault's.",
    args: { id: t.arg.id({ description: "`ApiKey.id`, not the key itself." }) },
    resolve: async (_root, { id }, context) => {
      await revokeApiKey(context.services, { owner: await requireOwner(context), apiKeyId: id });
      return id;
    },
  }),
}));
