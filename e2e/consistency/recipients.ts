import type { Endpoint } from "../../api/test/app.ts";
import { type Created, reveal } from "../../api/test/factories.ts";
import type { ApiProcess } from "../support/api-process.ts";
import type { Attempt } from "./history.ts";

/** An API process as the factories of the API's own tests take it. */
export const endpointOf = ({ url }: Pick<ApiProcess, "url">): Endpoint => ({
  request: (path, init) => fetch(`${url}${path}`, init),
});

/** A passphrase that is not the secret's. */
export const WRONG = "abacus-abdomen-abdominal-abide-abiding-ability";

/** One attempt as a recipient makes it, and what they were told. A lost connection is an answer, too: none. */
export async function attempt(
  api: Endpoint,
  secret: Pick<Created, "vaultId" | "token" | "passphrase">,
): Promise<Attempt> {
  const answer = await reveal(api, secret).catch(() => null);
  switch (answer?.__typename) {
    case "TtlSecretRevealed":
      return { told: "revealed", value: answer.value };
    case "TtlSecretDestroyed":
      return { told: "destroyed" };
    case "TtlSecretNotAvailable":
      return { told: "not-available" };
    default:
      // INTERNAL may come from either side of the claim's commit; all other refusals come before it.
      return { told: answer === null || answer.code === "INTERNAL" ? "unanswered" : "refused" };
  }
}
