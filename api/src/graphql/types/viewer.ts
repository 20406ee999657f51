import type { Member } from "../../accounts/principal.ts";
import { builder } from "../builder.ts";

const VaultType = builder.objectRef<Pick<Member, "vaultId" | "vaultName">>("Vault").implement({
  description: "A tenant: the projects, TTL secrets and audit log that its members share.",
  fields: (t) => ({
    id: t.id({ description: "The vault's id, part of every link.", resolve: (vault) => vault.vaultId }),
    name: t.string({
      description: "The vault's name; plain text.",
      resolve: (vault) => vault.vaultName,
    }),
  }),
});

const ViewerType = builder.objectRef<Member>("Viewer").implement({
  description: "The signed-in member.",
  fields: (t) => ({
    id: t.id({ description: "The account's id.", resolve: (member) => member.userId }),
    name: t.exposeString("name", { description: "The member's own name; plain text." }),
    email: t.exposeString("email", {
      description: "E-mail to sign in with; lists and the audit log show it.",
    }),
    role: t.exposeString("role", {
      description: "Role in the vault: `owner` or `member`.",
    }),
    vault: t.field({ type: VaultType, description: "The member's vault.", resolve: (member) => member }),
  }),
});

builder.queryField("viewer", (t) =>
  t.field({
    type: ViewerType,
    nullable: true,
    description: "The signed-in member; null without a session and for API keys.",
    resolve: async (_root, _args, context) => {
      const principal = await context.principal();
      return principal?.kind === "member" ? principal.member : null;
    },
  }),
);
