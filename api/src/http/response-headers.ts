import type { HttpBindings } from "@hono/node-server";
import { Hono, type MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { BRAND_PREFIX } from "../apps/brand/branded-apps.ts";
import { defaultHeader } from "./default-header.ts";

type Policy = NonNullable<NonNullable<Parameters<typeof secureHeaders>[0]>["contentSecurityPolicy"]>;

/**
 * Both apps live under one policy: their own files, their own server, nothing inline,
 * and no DOM sink that takes a string as HTML or script (Trusted Types).
 */
const APPS: Policy = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", "data:"],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
  requireTrustedTypesFor: ["'script'"],
  trustedTypes: ["'none'"],
};

/** An operator's logo, opened on its own: an image that may have styles within, in an origin of no one's. */
const LOGO: Policy = {
  defaultSrc: ["'none'"],
  styleSrc: ["'unsafe-inline'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
  sandbox: [],
};

type HeaderList = readonly (readonly [name: string, value: string])[];

/** Headers of every response. */
export function securityHeaders(publicUrl: string): MiddlewareHandler<{ Bindings: HttpBindings }> {
  const made = Promise.all([headersWith(APPS, publicUrl), headersWith(LOGO, publicUrl)]);
  return async (c, next) => {
    const [apps, logo] = await made;
    for (const [name, value] of c.req.path.startsWith(BRAND_PREFIX) ? logo : apps) {
      defaultHeader(c, name, value);
    }
    await next();
  };
}

/** What the library's middleware sets, which is the same each time: it is asked once, for an answer without anything. */
async function headersWith(contentSecurityPolicy: Policy, publicUrl: string): Promise<HeaderList> {
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy,
      crossOriginOpenerPolicy: "same-origin",
      crossOriginResourcePolicy: "same-origin",
      referrerPolicy: "no-referrer",
      // Two years, the least that browsers' preload lists take. On plain http the header means nothing.
      strictTransportSecurity: publicUrl.startsWith("https:") ? "max-age=63072000; includeSubDomains" : false,
      xFrameOptions: "DENY",
      permissionsPolicy: Object.fromEntries(
        ["camera", "microphone", "geolocation", "payment", "usb", "displayCapture"].map((name) => [name, []]),
      ),
    }),
  );
  app.get("/", (c) => c.body(null));
  const { headers } = await app.request("/");
  return [...headers];
}
