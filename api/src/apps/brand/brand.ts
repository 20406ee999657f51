import type { Logo } from "./logo.ts";

/** How the operator wants both apps to look and what to call them. Fixed at start, the same for everybody. */
export interface Brand {
  readonly name: string;
  /** `#rrggbb` in lower case. */
  readonly color: string | undefined;
  readonly logo: Logo | undefined;
  /** Words that the recipient's page shows, so that a sender can announce them. */
  readonly recognitionPhrase: string | undefined;
}

/** What both pages say of themselves as they are built. */
export const PRODUCT = {
  name: "TTL Secrets",
  /** The accent of the light scheme, which the icon has, too. */
  color: "#0a6560",
} as const;
