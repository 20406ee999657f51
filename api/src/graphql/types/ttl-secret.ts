import { requireMember, requirePrincipal } from "../../accounts/authorization.ts";
import { principalId, projectScope } from "../../accounts/principal.ts";
import { countOutcome } from "../../metrics/metrics.ts";
import { type CreatedSecret, createSecret } from "../../secrets/create-secret.ts";
import { listSecrets } from "../../secrets/list-secrets.ts";
import { revokeSecret } from "../../secrets/revoke-secret.ts";
import type { SecretContent, TtlSecret } from "../../secrets/secret.ts";
import { encodeOrderCursor, orderCursorDecoder } from "../../secrets/secret-order.ts";
import { isRejected } from "../../shared/errors.ts";
import { parsePageArgs } from "../../shared/paging.ts";
import { rateLimitKeys } from "../../shared/rate-limit.ts";
import { builder } from "../builder.ts";
import { endingOf } from "../ending-loader.ts";
import { EDGE, pageArgs, toConnection } from "./connection.ts";

const TtlSecretStatus = builder.enumType("TtlSecretStatus", {
  description: "Status of a TTL secret. All but PENDING are final.",
  values: {
    PENDING: { value: "pending", description: "It can be opened, once, until it expires." },
    VIEWED: { value: "viewed", description: "The recipient opened it with the link and the passphrase." },
    DESTROYED: { value: "destroyed", description: "An attempt destroyed it; nothing was shown." },
    EXPIRED: { value: "expired", description: "Its TTL ended before any attempt." },
    REVOKED: { value: "revoked", description: "The sender revoked it." },
  } as const,
});

const DestroyedReason = builder.enumType("DestroyedReason", {
  description: "Why an attempt destroyed a TTL secret without showing it.",
  values: {
    WRONG_PASSPHRASE: { value: "wrong_passphrase", description: "The passphrase was wrong." },
    INTERRUPTED: { value: "interrupted", description: "The server could not finish the attempt." },
    UNREADABLE: { value: "unreadable", description: "The stored data had been altered." },
  } as const,
});

const SecretCharset = builder.enumType("SecretCharset", {
  description: "Character set of a generated value.",
  values: {
    SYMBOLS: { value: "symbols", description: "Letters, digits and ASCII punctuation." },
    ALPHANUMERIC: { value: "alphanumeric", description: "Letters and digits." },
    NUMBERS: { value: "numbers", description: "Digits." },
    UUID: { value: "uuid", description: "A random (v4) UUID; `length` is ignored." },
  } as const,
});

/** A TTL secret, in lists and in streams. */
export const TtlSecretType = builder.objectRef<TtlSecret>("TtlSecret").implement({
  description: "The public fields of a TTL secret: never its value, link or passphrase.",
  fields: (t) => ({
    id: t.exposeID("id", { description: "A UUID. Identifies the TTL secret; does not open it." }),
    name: t.exposeString("name", { description: "A label; plain text." }),
    status: t.expose("status", { type: TtlSecretStatus, description: "Current status." }),
    destroyedReason: t.expose("destroyedReason", {
      type: DestroyedReason,
      nullable: true,
      description: "Set when the status is DESTROYED.",
    }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When its TTL began." }),
    expiresAt: t.expose("expiresAt", {
      type: "DateTime",
      description: "When its TTL ends, whether it was opened or not.",
    }),
    endedAt: t.expose("endedAt", {
      type: "DateTime",
      nullable: true,
      description: "When it got its final status; null while PENDING.",
    }),
    createdBy: t.exposeString("createdBy", {
      nullable: true,
      description: "The sender: a member's e-mail, or API key “name”.",
    }),
    changedAt: t.expose("changedAt", {
      type: "DateTime",
      description:
        "When any field here last changed. To resume a subscription, pass the latest one that you have seen as `since`.",
    }),
    attemptedFrom: t.string({
      nullable: true,
      description:
        "IPv4 or IPv6 address of the recipient's attempt, from the audit log. Null without an attempt, as after a failover or a revocation, when its audit event is past its retention, and for API keys, which may not read the log.",
      resolve: async (secret, _args, context) =>
        wasAttempted(secret) ? ((await endingOf(context, secret.id))?.attemptedFrom ?? null) : null,
    }),
    failureReason: t.string({
      nullable: true,
      description:
        "Why it was DESTROYED, as the audit log says: `AuditEvent.reason`, which is more precise than `destroyedReason`. Null for API keys, and for events before reasons were recorded.",
      resolve: async (secret, _args, context) =>
        secret.status === "destroyed" ? ((await endingOf(context, secret.id))?.failureReason ?? null) : null,
    }),
  }),
});

/** Whether the audit log has an event of the attempt that ended it. */
const wasAttempted = ({ status }: TtlSecret) => status === "viewed" || status === "destroyed";

const CreatedTtlSecret = builder.objectRef<CreatedSecret>("CreatedTtlSecret").implement({
  description: "A new TTL secret with its link and passphrase, which are in this response only.",
  fields: (t) => ({
    ttlSecret: t.field({
      type: TtlSecretType,
      description: "The TTL secret, as lists show it.",
      resolve: (created) => created.secret,
    }),
    link: t.exposeString("link", {
      description:
        "URL under `REVEAL_URL` that holds the token. Send it to the recipient through one channel.",
    }),
    passphrase: t.exposeString("passphrase", {
      description: "Six words joined by `-`. Send them to the recipient through another channel.",
    }),
    value: t.exposeString("value", {
      nullable: true,
      description:
        "The generated value, if `returnValue` asked for it; else null. It is in this response only, and stored sealed like any other.",
    }),
    replacedTtlSecretId: t.exposeID("replacedSecretId", {
      nullable: true,
      description:
        "The pending TTL secret of an earlier request with the same `idempotencyKey`: it is REVOKED now and its link is dead. Null when there was none.",
    }),
  }),
});

const GenerateSecretInput = builder.inputType("GenerateSecretInput", {
  description: "A value that the server generates at random. The sender sees it only with `returnValue`.",
  fields: (t) => ({
    length: t.int({ description: "Characters, 1 to 1,024; ignored for UUID." }),
    charset: t.field({ type: SecretCharset, description: "Character set." }),
    returnValue: t.boolean({
      required: false,
      defaultValue: false,
      description:
        "Whether `CreatedTtlSecret.value` is the generated value, for a sender who has to set it somewhere too. For members: FORBIDDEN to API keys.",
    }),
  }),
});

const TtlSecretContent = builder.inputType("TtlSecretContent", {
  isOneOf: true,
  description: "The value, or how to generate one.",
  fields: (t) => ({
    value: t.string({
      required: false,
      description: "1 byte to 64 KiB of well-formed UTF-8 without NUL; returned byte for byte.",
    }),
    generate: t.field({
      type: GenerateSecretInput,
      required: false,
      description: "The server generates a random value.",
    }),
  }),
});

const CreateTtlSecretInput = builder.inputType("CreateTtlSecretInput", {
  description: "A new TTL secret.",
  fields: (t) => ({
    projectId: t.id({ description: "`Project.id`; NOT_FOUND when the caller has no access to it." }),
    name: t.string({ description: "A label of 1 to 200 characters, no control characters." }),
    ttlSeconds: t.int({ description: "Whole seconds until it expires, 60 to 86,400." }),
    content: t.field({ type: TtlSecretContent, description: "The value, or how to generate one." }),
    idempotencyKey: t.string({
      required: false,
      description:
        "Makes a retry safe: 16 to 128 visible ASCII characters, such as a random UUID, a new one for each TTL secret and the same one for every retry. Of all requests with one key, by one caller in one project, at most one leaves a pending TTL secret. A retry revokes the one before it, because its link and passphrase can't be shown again. BAD_USER_INPUT on `idempotencyKey` when name, `ttlSeconds` or the way the value is generated differ, when a later request with it arrived, or, with `extensions.ttlSecretId`, when its TTL secret has already ended. Remembered for 24 hours.",
    }),
  }),
});

const TtlSecretConnection = builder.connectionObject(
  {
    type: TtlSecretType,
    name: "TtlSecretConnection",
    description: "A page of a project's TTL secrets.",
  },
  EDGE,
);

const TtlSecretOrder = builder.enumType("TtlSecretOrder", {
  description: "Order of a list of TTL secrets; ties are ordered by id.",
  values: {
    NEWEST_FIRST: { value: "newest_first", description: "By creation, the newest first." },
    NAME: {
      value: "name",
      description: "By name from A to Z, case-insensitive; other letters by code point.",
    },
    EXPIRES_FIRST: { value: "expires_first", description: "By the end of the TTL, the earliest first." },
    EXPIRES_LAST: { value: "expires_last", description: "By the end of the TTL, the latest first." },
  } as const,
});

const TtlSecretFilter = builder.inputType("TtlSecretFilter", {
  description: "Which TTL secrets to list. They must match every field that is given.",
  fields: (t) => ({
    statuses: t.field({
      type: [TtlSecretStatus],
      required: false,
      description: "1 to 5 statuses to match. Omitted: any.",
    }),
    nameContains: t.string({
      required: false,
      description: "1 to 200 characters that the name contains, case-insensitive. There are no wildcards.",
    }),
  }),
});

builder.queryField("ttlSecrets", (t) =>
  t.field({
    type: TtlSecretConnection,
    description:
      "A project's TTL secrets, newest first and with any status by default. An API key needs the scope `ttl-secrets:read`. With a filter, a page ends after 10,000 TTL secrets have been examined: it may have fewer than `first`, or none, while `hasNextPage` is true. Continue from its `endCursor`.",
    args: {
      projectId: t.arg.id({ description: "`Project.id`; NOT_FOUND when the caller has no access to it." }),
      ...pageArgs,
      filter: t.arg({
        type: TtlSecretFilter,
        required: false,
        description: "Which TTL secrets to list. Omitted: all. BAD_USER_INPUT names the invalid field.",
      }),
      orderBy: t.arg({
        type: TtlSecretOrder,
        required: false,
        defaultValue: "newest_first",
        description:
          "Order of the list. A cursor is valid only in the order that it comes from; BAD_USER_INPUT otherwise.",
      }),
    },
    resolve: async (_root, { projectId, first, after, filter, orderBy }, context) => {
      const scope = projectScope(await requirePrincipal(context, "ttl-secrets:read"));
      const order = orderBy ?? "newest_first";
      const secrets = await listSecrets(context.services, {
        scope,
        projectId,
        page: parsePageArgs(orderCursorDecoder(order), first ?? 50, after),
        order,
        filter: filter ?? {},
      });
      return toConnection(secrets, (secret) => encodeOrderCursor(order, secret), after == null);
    },
  }),
);

builder.mutationFields((t) => ({
  createTtlSecret: t.field({
    type: CreatedTtlSecret,
    description:
      "Creates a TTL secret and returns its link and passphrase, once. An API key needs the scope `ttl-secrets:create`. BAD_USER_INPUT names the field; RATE_LIMITED after 60 a minute per caller or 180 per address; OVERLOADED when the server is busy; nothing is stored then.",
    args: { input: t.arg({ type: CreateTtlSecretInput, description: "The new TTL secret." }) },
    resolve: async (_root, { input }, context) => {
      const principal = await requirePrincipal(context, "ttl-secrets:create");
      const { services, sourceIp } = context;
      await services.rateLimits.take("create", { key: principalId(principal) });
      await services.rateLimits.take("createFrom", rateLimitKeys(sourceIp));
      const { projectId, name, ttlSeconds, idempotencyKey } = input;
      const created = createSecret(services, {
        principal,
        sourceIp,
        projectId,
        name,
        ttlSeconds,
        content: contentOf(input),
        idempotencyKey,
      });
      return countOutcome(services.metrics.creates, created, { outcomeOf: () => "created", isRejected });
    },
  }),
  revokeTtlSecret: t.field({
    type: TtlSecretType,
    description:
      "Revokes a pending TTL secret. One that has ended is returned unchanged: its status shows whether the revocation came in time. For members: FORBIDDEN to API keys. NOT_FOUND when it is not your vault's.",
    args: { id: t.arg.id({ description: "`TtlSecret.id`." }) },
    resolve: async (_root, { id }, context) => {
      const { member } = await requireMember(context);
      const { services, sourceIp } = context;
      return revokeSecret(services, { member, sourceIp, secretId: id });
    },
  }),
}));

/** `@oneOf` guarantees that exactly one of `value` and `generate` is set. */
function contentOf({ content }: typeof CreateTtlSecretInput.$inferInput): SecretContent {
  return content.generate ? { generate: content.generate } : { value: content.value ?? "" };
}
