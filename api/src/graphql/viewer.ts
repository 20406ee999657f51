import type { Member } from "../accounts/member.ts";
import { builder } from "./builder.ts";

const VaultType = builder.objectRef<Pick<Member, "vaultId" | "vaultName">>("Vault").implement({
  description: "A tenant: the projects, TTL secrets and audit log that its members share.",
  fields: (t) => ({
    id: t.id({ description: "Stands in every link.", resolve: (vault) => vault.vaultId }),
    name: t.string({ resolve: (vault) => vault.vaultName }),
  }),
});

const ViewerType = builder.objectRef<Member>("Viewer").implement({
  description: "The signed-in member.",
  fields: (t) => ({
    id: t.id({ resolve: (member) => member.userId }),
    name: t.exposeString("name"),
    email: t.exposeString("email"),
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
    description: "Who is signed in; null when nobody is.",
    resolve: (_root, _args, context) => context.viewer(),
  }),
);
