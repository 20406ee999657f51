/** A signed-in person in the vault they act for. */
export interface Member {
  userId: string;
  name: string;
  email: string;
  role: "owner" | "member";
  vaultId: string;
  vaultName: string;
}

/** A member and the address their request came from: who the audit log names. */
export interface Actor {
  member: Member;
  sourceIp: string;
}
