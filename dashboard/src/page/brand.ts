import { metaContent } from "./meta.ts";

/**
 * The operator's name, phrase and logo for this installation. The server writes them into the page when it starts.
 */
export const brand = {
  name: metaContent("application-name"),
  /** Phrase shown on the recipient's page. Empty if the operator set none. */
  recognitionPhrase: metaContent("recognition-phrase"),
  /** URL of the logo, which is also the page's icon. */
  logo: document.querySelector<HTMLLinkElement>("link[rel=icon]")?.href ?? "",
};
