import { connect } from "node:tls";
import type { Config } from "../../config.ts";
import { advice, type Finding, ok, problem } from "./finding.ts";

/** Days before its end at which a certificate should have been renewed: automatic renewals come 30 days before. */
const CERTIFICATE_DAYS = 14;

/** How long to wait for a server, in ms. */
const PATIENCE_MS = 5_000;

/** What a TLS server shows of itself. */
interface Certificate {
  /** When it ends. */
  validTo: Date;
  /** Why Node would not trust it, as a code such as `CERT_HAS_EXPIRED`; undefined: it would. */
  distrust: string | undefined;
}

/**
 * The certificate that is shown at an https origin, trusted or not. Sends nothing.
 *
 * @returns undefined when nobody answers there.
 */
function certificateAt(origin: string): Promise<Certificate | undefined> {
  const { hostname, port } = new URL(origin);
  const host = hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(port || 443),
      // An address is no name (RFC 6066).
      servername: /^[\d.]+$|:/.test(host) ? "" : host,
      rejectUnauthorized: false,
      timeout: PATIENCE_MS,
    });
    const end = (certificate?: Certificate) => {
      socket.destroy();
      resolve(certificate);
    };
    socket.once("secureConnect", () => {
      const { authorized, authorizationError } = socket;
      // A string or an error, whatever the types say.
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

/** What browsers get to see; nothing is said where nothing answers, as before the proxy is set up. */
export async function ofCertificates({
  publicUrl,
  revealUrl,
}: Pick<Config, "publicUrl" | "revealUrl">): Promise<Finding[]> {
  const origins = [...new Set([publicUrl, revealUrl])].filter((origin) => origin.startsWith("https:"));
  const findings = origins.map(async (origin) => {
    const certificate = await certificateAt(origin);
    return certificate ? [ofCertificate(origin, certificate)] : [];
  });
  return (await Promise.all(findings)).flat();
}

/** What is to be said of it. */
export function ofCertificate(origin: string, { validTo, distrust }: Certificate): Finding {
  const check = "certificate";
  const days = (validTo.getTime() - Date.now()) / 86_400_000;
  const until = validTo.toISOString().slice(0, 10);
  if (days < 0) return problem(check, `That of ${origin} ended on ${until}.`, "Renew it now.");
  if (distrust === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return problem(check, `That at ${origin} is for another host.`, "Give the proxy one for this host.");
  }
  if (distrust) {
    return advice(
      check,
      `That of ${origin} is not trusted here (${distrust}): whoever's browser does not know its issuer is warned off.`,
      "Take one from a public authority; or, with one of your own, set NODE_EXTRA_CA_CERTS to its certificate to have it checked.",
    );
  }
  return days < CERTIFICATE_DAYS
    ? advice(check, `That of ${origin} ends on ${until}.`, "See why it was not renewed yet.")
    : ok(check, `That of ${origin} is trusted, until ${until}.`);
}
