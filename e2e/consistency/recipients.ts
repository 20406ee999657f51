import type { Endpoint } from "../../api/test/app.ts";
import { type Created, reveal } from "../../api/test/factories.ts";
import type { ApiProcess } from "../support/api-process.ts";
import type { Attempt } from "./history.ts";

/** An API process in the form that the factories of the API's tests take. */
export const endpointOf = ({ url }: Pick<ApiProcess, "url">): Endpoint => ({
  request: (path, init) => fetch(`${url}${path}`, init),
});

/** A passphrase that is not the secret's. */
export const WRONG = "abacus-abdomen-abdominal-abide-abiding-ability";

/** Makes one attempt and returns its answer. A lost connection counts as `unanswered`. */
export async function attempt(
  api: Endpoint,
  secret: Pick<Created, "vaultId" | "token" | "passphrase">,
): Promise<Attempt> {
  const answer = await reveal(api, secret).catch(() => null);
  switch (answer?.__typename) {
    case "TtlSecretRevealed":
      return { outcome: "revealed", value: answer.value };
    case "TtlSecretDestroyed":
      return { outcome: "destroyed" };
    case "TtlSecretNotAvailable":
      return { outcome: "not-available" };
    default:
      // INTERNAL can be raised before or after the claim's commit; all other refusals come before it.
      return { outcome: answer === null || answer.code === "INTERNAL" ? "unanswered" : "refused" };
  }
}
