import { newRun, type Operation } from "../operation.ts";

/** The sender revokes a secret. */
export const REVOKE: Operation = {
  name: "revoke",
  hasClient: true,
  complete: "revoked",
  steps: [
    {
      name: "the ownership check",
      statement: { text: /from "ttl_secrets" inner join "projects"/ },
      commits: false,
      audits: false,
      ifNot: ["pending"],
      ifDone: ["pending", "revoked"],
    },
    {
      name: "the revocation",
      statement: { text: /revoked AS \(/ },
      commits: true,
      audits: true,
      ifNot: ["pending"],
      ifDone: ["revoked"],
      waitsFor: "secret",
    },
  ],
  begin: async (site) => {
    const { run, create, ask } = await newRun(site);
    const secret = await create();
    run.secret = secret;
    run.go = async () => {
      await ask("mutation ($id: ID!) { revokeTtlSecret(id: $id) { status } }", { id: secret.id });
    };
    return run;
  },
};
