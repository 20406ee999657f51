import { connect } from "node:tls";
import type { Config } from "../../config.ts";
import { advice, type Check, type Finding, ok, problem } from "./finding.ts";

/** Days before its end from which an unrenewed certificate is reported. Automatic renewals come 30 days before. */
const CERTIFICATE_DAYS = 14;

/** Timeout of a connection, in ms. */
const TIMEOUT_MS = 5_000;

/** A TLS server's certificate. */
interface Certificate {
  /** When it ends. */
  validTo: Date;
  /** Why Node does not trust it, as a code such as `CERT_HAS_EXPIRED`; undefined if it does. */
  distrust: string | undefined;
}

/**
 * Reads the certificate at an https origin, trusted or not. Sends no request.
 *
 * @returns undefined if nothing answers there.
 */
function certificateAt(origin: string): Promise<Certificate | undefined> {
  const { hostname, port } = new URL(origin);
  const host = hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(port || 443),
      // SNI allows no IP address (RFC 6066, section 3).
      servername: /^[\d.]+$|:/.test(host) ? "" : host,
      rejectUnauthorized: false,
      timeout: TIMEOUT_MS,
    });
    const end = (certificate?: Certificate) => {
      socket.destroy();
      resolve(certificate);
    };
    socket.once("secureConnect", () => {
      const { authorized, authorizationError } = socket;
      // A string or an error, despite its type.
      const reason: unknown = authorizationError;
      const code = reason instanceof Error ? (reason as NodeJS.ErrnoException).code : reason;
      end({
        validTo: new Date(socket.getPeerCertificate().valid_to),
        distrust: authorized ? undefined : String(code),
      });
    });
    socket.once("timeout", () => end());
    socket.once("error", () => end());
  });
}

/** Checks the certificates that browsers get. No finding where nothing answers, as before a proxy is set up. */
export const checkCertificates: Check<Config> = async ({ publicUrl, revealUrl }) => {
  const origins = [...new Set([publicUrl, revealUrl])].filter((origin) => origin.startsWith("https:"));
  const findings = origins.map(async (origin) => {
    const certificate = await certificateAt(origin);
    return certificate ? [certificateFinding(origin, certificate)] : [];
  });
  return (await Promise.all(findings)).flat();
};

/** The finding about a certificate at an origin. */
export function certificateFinding(origin: string, { validTo, distrust }: Certificate): Finding {
  const check = "certificate";
  const days = (validTo.getTime() - Date.now()) / 86_400_000;
  const until = validTo.toISOString().slice(0, 10);
  if (days < 0) return problem(check, `The one at ${origin} ended on ${until}.`, "Renew it now.");
  if (distrust === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return problem(check, `The one at ${origin} is for another host.`, "Give the proxy one for this host.");
  }
  if (distrust) {
    return advice(
      check,
      `The one at ${origin} is not trusted here (${distrust}): browsers that do not know its issuer show a warning.`,
      "Get one from a public authority. With an authority of your own, set NODE_EXTRA_CA_CERTS to its certificate.",
    );
  }
  return days < CERTIFICATE_DAYS
    ? advice(check, `The one at ${origin} ends on ${until}.`, "Find out why it was not renewed yet.")
    : ok(check, `The one at ${origin} is trusted, until ${until}.`);
}
