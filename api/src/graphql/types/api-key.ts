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
  description: "An API key without the key itself, of which only a hash is stored.",
  fields: (t) => ({
    id: t.exposeID("id", { description: "A UUID. Identifies the key; is not a credential." }),
    name: t.exposeString("name", {
      description: "1 to 200 characters; plain text. In the audit log: API key “name”.",
    }),
    scopes: t.expose("scopes", { type: [ApiKeyScope], description: "What the key may do; at least one." }),
    projects: t.expose("projects", {
      type: [ApiKeyProjectType],
      nullable: true,
      description:
        "The projects that it is limited to and that still exist; null for all of the vault, including future ones.",
    }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was created." }),
    createdBy: t.exposeString("createdBy", { description: "The owner who created it, by e-mail." }),
    expiresAt: t.expose("expiresAt", {
      type: "DateTime",
      description: "When it expires. Later requests with it are UNAUTHENTICATED.",
    }),
    lastUsedAt: t.expose("lastUsedAt", {
      type: "DateTime",
      nullable: true,
      description: "Time of the last request with it, to the minute; null before the first.",
    }),
    lastUsedIp: t.exposeString("lastUsedIp", {
      nullable: true,
      description: "IPv4 or IPv6 address of that request; null before the first.",
    }),
    revokedAt: t.expose("revokedAt", {
      type: "DateTime",
      nullable: true,
      description: "When an owner revoked it; null while it is not revoked.",
    }),
  }),
});

const CreatedApiKeyType = builder.objectRef<CreatedApiKey>("CreatedApiKey").implement({
  description: "A new API key. The key itself is in this response only.",
  fields: (t) => ({
    apiKey: t.expose("apiKey", { type: ApiKeyType, description: "The key, as lists show it." }),
    key: t.exposeString("key", {
      description:
        "`ttlk_` and 48 characters of base64url. Send it as `Authorization: Bearer ttlk_…`; protect it like a password.",
    }),
  }),
});

const CreateApiKeyInput = builder.inputType("CreateApiKeyInput", {
  description: "Name, scopes, projects and lifetime of a new API key.",
  fields: (t) => ({
    name: t.string({
      description:
        "1 to 200 characters, no control characters. Unique in the vault for ever, including revoked keys.",
    }),
    scopes: t.field({ type: [ApiKeyScope], description: "What the key may do; at least one." }),
    projectIds: t.idList({
      required: false,
      description:
        "The projects to limit it to, 1 to 100 of the vault's; omitted or null: all of them, including future ones.",
    }),
    expiresInDays: t.int({ description: "Days until it expires, 1 to 365." }),
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
      "Your vault's API keys, newest first, including expired and revoked ones. For owners of the vault: FORBIDDEN to others and to API keys.",
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
      "Creates an API key for your vault and returns it, once. For owners: FORBIDDEN to others and to API keys. NOT_FOUND when a project is not your vault's.",
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
