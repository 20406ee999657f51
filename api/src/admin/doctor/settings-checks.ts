import ipaddr from "ipaddr.js";
import type { Config } from "../../config.ts";
import { advice, type Check, type Finding, ok, problem } from "./finding.ts";

/** Shortest prefix of a proxy network: that of the widest private ranges, 10.0.0.0/8 and fc00::/7. */
const NARROW_BITS = { ipv4: 8, ipv6: 7 };

/** Checks settings that are valid and may still not be what the operator wants. */
export const checkSettings: Check<Config> = ({ publicUrl, trustedProxies, signUp, rateLimitMultiplier }) => {
  const isTls = publicUrl.startsWith("https:");
  return [
    isTls
      ? ok("TLS", "PUBLIC_URL is https.")
      : advice(
          "TLS",
          "PUBLIC_URL is plain http on this machine: no one else can use it.",
          "For others: a TLS proxy in front, and PUBLIC_URL=https://…",
        ),
    ...wideProxies(trustedProxies),
    isTls && trustedProxies.length === 0
      ? advice(
          "proxies",
          "TRUSTED_PROXIES is not set: behind a proxy, every audit event and rate limit has the proxy's address.",
          "Set TRUSTED_PROXIES to your proxy's own address, and let it write X-Forwarded-For itself.",
        )
      : ok("proxies", trustedProxies.length > 0 ? "TRUSTED_PROXIES is set." : "No proxy expected."),
    signUp === "open"
      ? advice("sign-up", "Anyone who reaches the server can sign up.", "Set SIGN_UP=first or closed.")
      : ok("sign-up", `SIGN_UP is ${signUp}.`),
    rateLimitMultiplier === 1
      ? ok("rate limits", "They have their default values.")
      : advice(
          "rate limits",
          `All limits are multiplied by ${rateLimitMultiplier}, which is for load tests.`,
          "Unset RATE_LIMIT_MULTIPLIER.",
        ),
  ];
};

/** Trusted networks so wide that a client could be in one, and choose the address that is logged and rate-limited. */
function wideProxies(trustedProxies: readonly string[]): Finding[] {
  const wide = trustedProxies.filter((text) => {
    const [network, bits] = ipaddr.parseCIDR(text);
    return bits < NARROW_BITS[network.kind()];
  });
  if (wide.length === 0) return [];
  return [
    problem(
      "proxies",
      `TRUSTED_PROXIES trusts ${wide.join(", ")}: anyone there can choose the address in the audit log and evade rate limits.`,
      "Name your proxy's own address only.",
    ),
  ];
}
