import { randomBytes } from "node:crypto";
import { members, projects, sessions, users, vaults } from "@ttl-secrets/drizzle/schema";
import { and, asc, eq, gt, isNotNull, isNull, sql } from "drizzle-orm";
import type { Database, Queryable } from "../db/client.ts";
import type { Member } from "./principal.ts";

interface User {
  id: string;
  name: string;
  email: string;
}

/** 96 random bits: vault ids are part of links and must not be guessable. */
const newVaultId = () => `vault_${randomBytes(12).toString("hex")}`;

/** Whether `text` has the format of a vault id. */
export function isVaultId(text: string): boolean {
  return /^vault_[0-9a-z]{16,32}$/.test(text);
}

/**
 * The membership of `user` in their first vault. Creates a vault for an account without one: doing that here, not at
 * sign-up, means that a crash in between can't leave an account without a vault.
 */
export async function findOrCreateMember(db: Database, user: User): Promise<Member> {
  const member = await findMember(db.orm, user);
  if (member) return member;
  await db.orm.transaction(async (tx) => {
    // Of two concurrent first requests, the second waits for the first to commit and then creates nothing.
    const [vault] = await tx
      .insert(vaults)
      .values({ id: newVaultId(), name: `${user.name}’s vault`, personalOf: user.id })
      .onConflictDoNothing()
      .returning({ id: vaults.id });
    if (vault) await tx.insert(members).values({ vaultId: vault.id, userId: user.id, role: "owner" });
  });
  const created = await findMember(db.orm, user);
  if (!created) throw new Error("an account has no vault");
  return created;
}

async function findMember(db: Queryable, user: User): Promise<Member | undefined> {
  const [row] = await db
    .select({ role: members.role, vaultId: vaults.id, vaultName: vaults.name })
    .from(members)
    .innerJoin(vaults, eq(vaults.id, members.vaultId))
    .where(eq(members.userId, user.id))
    .orderBy(asc(members.createdAt))
    .limit(1);
  return row && { userId: user.id, name: user.name, email: user.email, ...row };
}

/** The unexpired session with this token, and its member. */
export async function findMemberOfSession(
  db: Queryable,
  token: string,
): Promise<(Member & { sessionId: string; expiresAt: Date }) | undefined> {
  const [row] = await db
    .select({
      sessionId: sessions.id,
      expiresAt: sessions.expiresAt,
      userId: users.id,
      name: users.name,
      email: users.email,
      role: members.role,
      vaultId: vaults.id,
      vaultName: vaults.name,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .innerJoin(members, eq(members.userId, users.id))
    .innerJoin(vaults, eq(vaults.id, members.vaultId))
    .where(and(eq(sessions.token, token), gt(sessions.expiresAt, sql`now()`)))
    .orderBy(asc(members.createdAt))
    .limit(1);
  return row;
}

/** Whether any account exists. */
export async function anyUser(db: Queryable): Promise<boolean> {
  return (await db.select({ id: users.id }).from(users).limit(1)).length > 0;
}

/** Id of the account with this e-mail address, in any case; undefined if there is none. */
export async function findUserId(db: Queryable, email: string): Promise<string | undefined> {
  // PostgreSQL's texts have no NUL: it would refuse the query.
  if (email.includes("\0")) return undefined;
  const [row] = await db.select({ id: users.id }).from(users).where(eq(users.email, email.toLowerCase()));
  return row?.id;
}

/** Whether the account is disabled. */
export async function isDisabled(db: Queryable, userId: string): Promise<boolean> {
  const rows = await db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, userId), isNotNull(users.disabledAt)));
  return rows.length > 0;
}

/**
 * Disables an account and ends its sessions, or enables it again. A concurrent sign-in either commits first, and its
 * session ends here, or the database refuses it.
 */
export async function setDisabled(tx: Queryable, userId: string, disabled: boolean): Promise<void> {
  const disabledAt = disabled ? sql`coalesce(${users.disabledAt}, now())` : null;
  await tx.update(users).set({ disabledAt }).where(eq(users.id, userId));
  if (disabled) await tx.delete(sessions).where(eq(sessions.userId, userId));
}

/**
 * Locks the account and its membership until the transaction ends, so that neither can be disabled or changed before what
 * the transaction stores is visible. Returns whether the account is an owner of the vault and not disabled.
 */
export async function lockOwner(
  tx: Queryable,
  { userId, vaultId }: { userId: string; vaultId: string },
): Promise<boolean> {
  const rows = await tx
    .select({ id: users.id })
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(
      and(
        eq(members.userId, userId),
        eq(members.vaultId, vaultId),
        eq(members.role, "owner"),
        isNull(users.disabledAt),
      ),
    )
    .for("share");
  return rows.length > 0;
}

/** Whether the vault has this project. `projectId` must be a UUID. */
export async function vaultOwnsProject(db: Queryable, vaultId: string, projectId: string): Promise<boolean> {
  const rows = await db
    .select({ id: projects.id })
    .from(projects)
    .where(and(eq(projects.id, projectId), eq(projects.vaultId, vaultId)));
  return rows.length > 0;
}
