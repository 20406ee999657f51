import type { Stack } from "../../support/stack.ts";

/** A sender and a recipient with separate browser profiles at `baseURL`, and the browser's error messages. */
export async function twoPeople(stack: Stack, baseURL: string) {
  const options = { baseURL, ignoreHTTPSErrors: true };
  const complaints: string[] = [];
  const [sender, recipient] = [await stack.newPerson(options), await stack.newPerson(options)];
  for (const page of [sender, recipient]) {
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
  }
  return { sender, recipient, complaints };
}
