import { countOutcome } from "../../metrics/metrics.ts";
import { type RevealOutcome, revealSecret } from "../../secrets/reveal-secret.ts";
import {
  lookUp,
  type SecretAvailability,
  secretAvailability,
  secretAvailable,
} from "../../secrets/secret-availability.ts";
import { AppError, isRejected } from "../../shared/errors.ts";
import { builder } from "../builder.ts";

type Outcome<Kind extends RevealOutcome["kind"]> = Extract<RevealOutcome, { kind: Kind }>;

const WHAT_TO_DO = "Ask the person who sent you the link to create a new one.";

const TtlSecretRevealed = builder.objectRef<Outcome<"revealed">>("TtlSecretRevealed").implement({
  description: "The passphrase was right. The value is returned this once.",
  fields: (t) => ({
    value: t.exposeString("value", {
      description: "The value, byte for byte as it was entered or generated.",
    }),
  }),
});

const TtlSecretDestroyed = builder.objectRef<Outcome<"destroyed">>("TtlSecretDestroyed").implement({
  description: "The attempt destroyed the secret and nothing was shown.",
  fields: (t) => ({
    message: t.string({
      description: "For the recipient, in plain English.",
      resolve: ({ reason }) =>
        reason === "wrong_passphrase"
          ? `That was not the right passphrase, so the secret was destroyed. ${WHAT_TO_DO}`
          : `The secret could not be opened and was destroyed. ${WHAT_TO_DO}`,
    }),
  }),
});

const TtlSecretNotAvailable = builder.objectRef<Outcome<"not-available">>("TtlSecretNotAvailable").implement({
  description: "The link leads to no pending secret. The response is the same whatever the reason.",
  fields: (t) => ({
    message: t.string({
      description: "For the recipient, in plain English.",
      resolve: () => `This secret is not available. ${WHAT_TO_DO}`,
    }),
  }),
});

const RevealTtlSecretResult = builder.unionType("RevealTtlSecretResult", {
  description: "Outcome of an attempt.",
  types: [TtlSecretRevealed, TtlSecretDestroyed, TtlSecretNotAvailable],
  resolveType: ({ kind }) =>
    ({ revealed: TtlSecretRevealed, destroyed: TtlSecretDestroyed, "not-available": TtlSecretNotAvailable })[
      kind
    ],
});

const RevealTtlSecretInput = builder.inputType("RevealTtlSecretInput", {
  description: "What the recipient has: the two parts of the link, and the passphrase.",
  fields: (t) => ({
    vaultId: t.id({ description: "The first part of the link's path." }),
    token: t.string({ description: "The second part of the link's path." }),
    passphrase: t.string({
      description:
        "Six words as the recipient typed them: 1 to 1,024 characters, of which only letters count, in any case.",
    }),
  }),
});

const TtlSecretAvailabilityType = builder.objectRef<SecretAvailability>("TtlSecretAvailability").implement({
  description: "A pending secret behind a link, and how long it stays.",
  fields: (t) => ({
    expiresAt: t.expose("expiresAt", {
      type: "DateTime",
      description: "When the secret expires.",
    }),
    secondsLeft: t.exposeInt("secondsLeft", {
      description: "Whole seconds until then by the server's clock, which may differ from the device's.",
    }),
  }),
});

builder.queryFields((t) => {
  const args = {
    vaultId: t.arg.id({ description: "The first part of the link's path." }),
    token: t.arg.string({ description: "The second part of the link's path." }),
  };
  return {
    ttlSecretAvailable: t.boolean({
      description:
        "Whether there is a pending secret behind a link. Public; changes nothing. RATE_LIMITED after 60 a minute per address without one, or at one link.",
      args,
      resolve: (_root, link, { services, sourceIp }) => secretAvailable(services, { ...link, sourceIp }),
    }),
    ttlSecretAvailability: t.field({
      type: TtlSecretAvailabilityType,
      nullable: true,
      description:
        "How long the pending secret behind a link may still be opened; null for every link without one, whatever the reason. Public; changes nothing. Shares its rate limit with ttlSecretAvailable. OVERLOADED when an attempt would be.",
      args,
      resolve: (_root, link, { services, sourceIp }) => secretAvailability(services, { ...link, sourceIp }),
    }),
  };
});

builder.mutationField("revealTtlSecret", (t) =>
  t.field({
    type: RevealTtlSecretResult,
    description:
      "One attempt at a secret, by its recipient; no credential needed. Right or wrong, it destroys the secret. BAD_USER_INPUT (a blank passphrase), RATE_LIMITED (30 a minute per address at links without a pending secret, or at one link), OVERLOADED, and FORBIDDEN (any request with an API key) consume nothing.",
    args: {
      input: t.arg({ type: RevealTtlSecretInput, description: "The link's parts and the passphrase." }),
    },
    resolve: async (_root, { input }, { services, sourceIp, apiKey }) => {
      if (apiKey)
        throw new AppError("FORBIDDEN", "An API key can never reveal a secret. Send no Authorization.");
      await lookUp(services, "reveal", { ...input, sourceIp });
      return countOutcome(services.metrics.reveals, revealSecret(services, { ...input, sourceIp }), {
        outcomeOf: (outcome) => (outcome.kind === "destroyed" ? outcome.reason : outcome.kind),
        isRejected,
      });
    },
  }),
);
