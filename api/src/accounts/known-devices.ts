import { createHmac, randomBytes } from "node:crypto";
import { parseSigned, serializeSigned } from "hono/utils/cookie";
import { cookiePrefix } from "./cookie-names.ts";

/** A year, in seconds; browsers keep no cookie for more than 400 days (RFC 6265bis §5.5). */
const KEPT_SECONDS = 365 * 86_400;

/**
 * The browsers that have signed in to an account before. Each keeps a signed cookie per account, as in OWASP's "Slow Down
 * Online Guessing Attacks with Device Cookies". Guesses from elsewhere then can't lock the owner out: a known device has a
 * limit of its own. The cookie proves nothing else; to sign in still takes the password.
 */
export class KnownDevices {
  readonly #key: string;
  readonly #publicUrl: string;

  /** @param secret `AUTH_SECRET`, from which the key is derived, so that all replicas know a device. */
  constructor(secret: string, publicUrl: string) {
    this.#key = createHmac("sha256", secret).update("known devices").digest("base64url");
    this.#publicUrl = publicUrl;
  }

  /** Rate-limit key of the account with this e-mail address, whether or not there is one: a keyed hash of the address. */
  accountKey(email: string): string {
    return createHmac("sha256", this.#key).update(email.toLowerCase()).digest("base64url");
  }

  /** Id of the device if it has signed in to the account before, by the request's cookies. */
  async find(cookies: string, email: string): Promise<string | undefined> {
    const name = this.#cookieName(email);
    const { [name]: value } = await parseSigned(cookies, this.#key, name);
    const isOfAccount = typeof value === "string" && value.startsWith(`${this.accountKey(email)}.`);
    return isOfAccount ? value : undefined;
  }

  /** `Set-Cookie` value that makes a browser a known device of the account. */
  setCookie(email: string): Promise<string> {
    const value = `${this.accountKey(email)}.${randomBytes(16).toString("base64url")}`;
    return serializeSigned(this.#cookieName(email), value, this.#key, {
      httpOnly: true,
      maxAge: KEPT_SECONDS,
      path: "/",
      sameSite: "Strict",
      secure: this.#publicUrl.startsWith("https:"),
    });
  }

  /** One cookie per account, so that people who share a browser do not replace each other's. */
  #cookieName(email: string): string {
    return `${cookiePrefix(this.#publicUrl)}.device_${this.accountKey(email).slice(0, 8)}`;
  }
}
