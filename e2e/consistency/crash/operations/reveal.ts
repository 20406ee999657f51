import { attempt } from "../../recipients.ts";
import { newRun, type Operation } from "../operation.ts";

/** A recipient's one attempt, with the right passphrase. */
export const REVEAL: Operation = {
  name: "reveal",
  hasClient: true,
  complete: "viewed",
  steps: [
    {
      name: "the rate limit",
      statement: { text: /^\s*insert into "?rate_limits/i },
      commits: true,
      audits: false,
      ifNot: ["pending"],
      ifDone: ["pending", "viewed", "destroyed"],
    },
    {
      name: "the claim",
      statement: { text: /DELETE FROM ttl_secret_payloads y USING/ },
      commits: true,
      audits: false,
      ifNot: ["pending"],
      ifDone: ["viewed", "destroyed"],
      waitsFor: "secret",
    },
    {
      name: "the settlement",
      statement: { text: /WITH open_attempt AS/ },
      commits: true,
      audits: true,
      ifNot: ["destroyed"],
      ifDone: ["viewed"],
      waitsFor: "secret",
    },
  ],
  begin: async (site) => {
    const { run, create, endpoint } = await newRun(site);
    const secret = await create();
    run.secret = secret;
    run.go = async () => {
      const own = await attempt(endpoint, secret);
      run.attempts.push(own);
      run.outcome = own.outcome;
    };
    return run;
  },
};
