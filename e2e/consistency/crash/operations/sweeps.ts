import { newRun, type Operation } from "../operation.ts";

/** The sweep of expired secrets. */
export const SWEEP_EXPIRED: Operation = {
  name: "sweep of expired secrets",
  hasClient: false,
  complete: "expired",
  steps: [
    {
      name: "the batch",
      statement: { text: /WITH due AS MATERIALIZED/ },
      commits: true,
      audits: false,
      // The next sweep may already have run.
      ifNot: ["pending", "expired"],
      ifDone: ["expired"],
      waitsFor: "secret",
    },
  ],
  begin: async (site) => {
    const { run, create } = await newRun(site);
    const secret = await create();
    run.secret = secret;
    run.go = () => site.endTtl(secret.id);
    return run;
  },
};

/** The sweep of attempts whose process died before settling them. */
export const SWEEP_INTERRUPTED: Operation = {
  name: "sweep of interrupted attempts",
  hasClient: false,
  complete: "destroyed",
  steps: [
    {
      name: "the batch",
      statement: { text: /WITH open_attempts AS MATERIALIZED/ },
      commits: true,
      audits: true,
      ifNot: ["destroyed"],
      ifDone: ["destroyed"],
    },
  ],
  begin: async (site) => {
    const { run, create } = await newRun(site);
    const secret = await create();
    run.secret = secret;
    // The state that an unsettled claim leaves after a minute.
    run.go = async () => {
      await site.db.sql`
        WITH gone AS (DELETE FROM ttl_secret_payloads WHERE secret_id = ${secret.id})
        UPDATE ttl_secrets SET status = 'destroyed', destroyed_reason = 'interrupted',
          ended_at = now() - interval '61 s', attempted_from = '192.0.2.9'
        WHERE id = ${secret.id}`;
    };
    return run;
  },
};
