import { expect, it } from "vitest";
import { PASSWORD } from "../support/sender.ts";
import { useStack } from "../support/stack.ts";

// Other machines can reach it, and it has no account.
const stack = useStack({ SIGN_UP: "first", HOST: "0.0.0.0" });

it("a new public server gives its first account only to the holder of the set-up link that it prints", async () => {
  const { newPerson, output } = stack.current;
  const [, link = ""] = /set-up link: (\S+)/.exec(output()) ?? [];
  const token = new URL(link).hash.slice(1);
  // It is printed, but in no log line.
  expect(output().split(token)).toHaveLength(2);

  const stranger = await newPerson();
  await stranger.goto("/");
  await stranger.getByText("open the set-up link").waitFor();
  expect(await stranger.getByLabel("Email").count()).toBe(0);

  const operator = await newPerson();
  await operator.goto("/sign-up");
  await operator.getByText("open the set-up link").waitFor();
  const signUp = async () => {
    await operator.getByLabel("Name").fill("Ada");
    await operator.getByLabel("Email").fill("ada@example.com");
    await operator.getByLabel("Password").fill(PASSWORD);
    await operator.getByRole("button", { name: "Create account" }).click();
  };
  await operator.goto(`/sign-up#${token.slice(1)}`);
  await signUp();
  await operator.getByRole("alert").getByText("open the set-up link").waitFor();
  // Without loading the page again.
  await operator.evaluate((hash) => window.location.replace(`#${hash}`), token);
  await signUp();
  await operator
    .getByRole("button", { name: /New project|Create project/ })
    .first()
    .waitFor();

  // Only the fragment may differ from the page that is open, so the page would not load again by itself.
  await stranger.goto(link);
  await stranger.reload();
  await stranger.getByText("Sign-up is closed").waitFor();
  await stack.current.stop();
  await stack.current.start();
  expect(output().split(token)).toHaveLength(2);
});
