import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";

/**
 * Headers of every response. Both apps live under one policy: their own files, their own server, nothing inline,
 * and no DOM sink that takes a string as HTML or script (Trusted Types).
 */
export function securityHeaders(publicUrl: string): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
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
    },
    crossOriginOpenerPolicy: "same-origin",
    crossOriginResourcePolicy: "same-origin",
    referrerPolicy: "no-referrer",
    // Two years, the least that browsers' preload lists take. On plain http the header means nothing.
    strictTransportSecurity: publicUrl.startsWith("https:") ? "max-age=63072000; includeSubDomains" : false,
    xFrameOptions: "DENY",
    permissionsPolicy: Object.fromEntries(
      ["camera", "microphone", "geolocation", "payment", "usb", "displayCapture"].map((name) => [name, []]),
    ),
  });
}
