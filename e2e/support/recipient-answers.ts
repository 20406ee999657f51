import type { Page, Route } from "playwright-core";
import type { Stack } from "./stack.ts";

/** A link of the right form. The API is never asked for it: `visit` answers. */
export const LINK = "/vault_000000000000000000000000/AAAAAAAAAAAAAAAAAAAAAA";
/** A passphrase of six listed words. */
export const GOOD = "anchor banjo cactus dolphin eagle falcon";
/** A value whose every byte must survive: CRLF, indentation, letters beyond ASCII, a line break at the end. */
export const MULTI_LINE = "-----BEGIN KEY-----\r\nabc\n  déf ✓\r\n-----END KEY-----\n";

/** An answer of the API, or what happens to the request instead. */
type Answer = object | "lost" | "never";

/** What the API answers: to the availability query, and to an attempt. */
export interface Answers {
  check?: Answer;
  reveal?: Answer;
}

/** Pending, with so many seconds left. */
export const available = (secondsLeft = 3000) => ({ data: { ttlSecretAvailability: { secondsLeft } } });
export const GONE = { data: { ttlSecretAvailability: null } };
export const revealed = (value: string) => ({
  data: { revealTtlSecret: { __typename: "TtlSecretRevealed", value } },
});
export const DESTROYED = { data: { revealTtlSecret: { __typename: "TtlSecretDestroyed", message: "m" } } };
/** A refusal before the claim, with this error code. */
export const refused = (code: string, retryAfterSeconds?: number) => ({
  data: null,
  errors: [{ message: "m", extensions: { code, ...(retryAfterSeconds && { retryAfterSeconds }) } }],
});

async function fulfil(route: Route, answer: Answer): Promise<void> {
  if (answer === "lost") return route.abort("connectionreset");
  if (answer !== "never") return route.fulfill({ json: answer });
}

/** Prepares a page with the API's answers. `attempts` counts the requests that could consume a secret. */
export async function visit(
  stack: Pick<Stack, "newPerson">,
  answers: Answers,
  options: Parameters<Stack["newPerson"]>[0] = {},
) {
  const page = await stack.newPerson(options);
  const seen = { page, answers, attempts: 0 };
  await page.route("**/graphql", (route) => {
    const isAttempt = route.request().postData()?.includes("revealTtlSecret") ?? false;
    if (isAttempt) seen.attempts += 1;
    return fulfil(route, (isAttempt ? seen.answers.reveal : seen.answers.check) ?? available());
  });
  return seen;
}

/** Opens the page, types a well-formed passphrase and submits it, in any language. */
export async function open(page: Page): Promise<void> {
  await page.goto(LINK);
  await page.locator("#passphrase").fill(GOOD);
  await page.locator("button[type=submit]").click();
}

/** Waits until the page is in this state. */
export const reach = (page: Page, kind: string) => page.locator(`.card[data-state="${kind}"]`).waitFor();
export const isFocused = (page: Page, selector: string) =>
  page.locator(selector).evaluate((el) => el === document.activeElement);
