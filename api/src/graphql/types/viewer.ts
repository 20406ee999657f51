import type { Member } from "../../accounts/principal.ts";
import { builder } from "../builder.ts";

const VaultType = builder.objectRef<Pick<Member, "vaultId" | "vaultName">>("Vault").implement({
  description: "A tenant: the projects, TTL secrets and audit log that its members share.",
  fields: (t) => ({
    id: t.id({ description: "Stands in every link.", resolve: (vault) => vault.vaultId }),
    name: t.string({
      description: "What its members call it; plain text.",
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
      description: "What they sign in with; lists and the audit log show it.",
    }),
    role: t.exposeString("role", {
      description: "What the member may do in the vault: `owner` or `member`.",
    }),
    vault: t.field({ type: VaultType, description: "The vault they work in.", resolve: (member) => member }),
  }),
});

builder.queryField("viewer", (t) =>
  t.field({
    type: ViewerType,
    nullable: true,
    description: "Who is signed in; null when nobody is, and for API keys.",
    resolve: async (_root, _args, context) => {
      const principal = await context.principal();
      return principal?.kind === "member" ? principal.member : null;
    },
  }),
);
