import type { Logo } from "./logo.ts";

/** The operator's name and look for both apps. Fixed at the start and the same for every client. */
export interface Brand {
  readonly name: string;
  /** `#rrggbb` in lower case. */
  readonly color: string | undefined;
  readonly logo: Logo | undefined;
  /** Phrase on the recipient's page, which a sender can announce in advance. */
  readonly recognitionPhrase: string | undefined;
}

/** Name and colour in the pages as built. */
export const PRODUCT = {
  name: "TTL Secrets",
  /** Accent of the light scheme and of the icon. */
  color: "#0a6560",
} as const;
