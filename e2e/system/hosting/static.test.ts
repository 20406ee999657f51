/** Both apps served as files from origins of their own, with the API on a third. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../support/api-process.ts";
import { attempt, openLink, readValue } from "../../support/recipient.ts";
import { createProject, createSecret, signUp } from "../../support/sender.ts";
import { useStack } from "../../support/stack.ts";
import { DAMAGED_LINKS, LINK, OWN_HOSTS, PROXIES, type RunningProxy, send } from "./proxies.ts";
import { twoPeople } from "./two-people.ts";

for (const { name, isInstalled, start } of PROXIES) {
  const [https, http] = [await freePort(), await freePort()];
  const origins = Object.values(OWN_HOSTS).map((host) => `https://${host}:${https}`);
  const [api = "", dashboard = "", reveal = ""] = origins;
  const title = `${name} with both apps on origins of their own`;

  describe.skipIf(!isInstalled)(isInstalled ? title : `${title} (skipped: needs ${name} on Linux)`, () => {
    const stack = useStack({
      PUBLIC_URL: api,
      PUBLIC_SIGN_UP: "yes",
      CORS_ORIGINS: dashboard,
      REVEAL_URL: reveal,
      TRUSTED_PROXIES: "127.0.0.1/32",
    });
    let proxy: RunningProxy;
    beforeAll(async () => {
      proxy = await start({ https, http, api: Number(new URL(stack.current.url).port), hosts: OWN_HOSTS });
    });
    afterAll(() => proxy?.stop());

    it("serves a whole hand-off in a browser, with live updates and without a policy violation", async () => {
      const { sender, recipient, complaints } = await twoPeople(stack.current, dashboard);
      await signUp(sender);
      await createProject(sender);
      const { link, passphrase } = await createSecret(sender, { value: " byte for byte \n" });
      expect(link.startsWith(`${reveal}/vault_`)).toBe(true);
      await openLink(recipient, link);
      await attempt(recipient, passphrase);
      expect(await readValue(recipient)).toBe(" byte for byte \n");
      await sender.goto(dashboard + new URL(sender.url()).pathname);
      await sender.getByText("Viewed").first().waitFor();
      expect(complaints).toEqual([]);
      expect(proxy.logs()).not.toContain(link.split("/").at(-1));
    });

    it.each(DAMAGED_LINKS)("serves the recipient's page at a link damaged on its way: %s", async (path) => {
      const clean = await send(reveal + LINK);
      const { status, headers, body } = await send(reveal + path);
      expect(status).toBe(200);
      expect(body).toBe(clean.body);
      for (const header of ["cache-control", "x-robots-tag", "content-security-policy", "referrer-policy"]) {
        expect(headers[header], header).toBe(clean.headers[header]);
      }
      expect((await send(dashboard + path)).status).toBe(404);
    });

    it("serves on each host its own page only, under the API's policy except for connect-src", async () => {
      const own = (await send(`${api}/`)).headers;
      for (const [url, status, cache] of [
        [`${dashboard}/`, 200, "no-cache"],
        [`${dashboard}/projects/1`, 200, "no-cache"],
        [`${reveal}${LINK}`, 200, "no-store"],
        [`${dashboard}${LINK}`, 404, "no-store"],
        [`${reveal}/`, 404, "no-store"],
        [`${reveal}/reveal/index.html`, 404, "no-store"],
        [`${dashboard}/.env`, 404, "no-store"],
        [`${reveal}/reveal/.env`, 404, "no-store"],
      ] as const) {
        const { status: answered, headers, body } = await send(url);
        expect([url, answered, headers["cache-control"]]).toEqual([url, status, cache]);
        expect(headers["content-security-policy"]).toBe(
          String(own["content-security-policy"]).replace("connect-src 'self'", `connect-src 'self' ${api}`),
        );
        for (const header of ["strict-transport-security", "referrer-policy", "x-frame-options"]) {
          expect(headers[header], `${url} ${header}`).toBe(own[header]);
        }
        if (status === 200) expect(body).toContain(`<meta name="api-origin" content="${api}"`);
      }
    });
  });
}
