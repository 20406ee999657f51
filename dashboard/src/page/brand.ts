import { metaContent } from "./meta.ts";

/** What the operator calls this, and shows of it: written into the page by the server when it starts. */
export const brand = {
  name: metaContent("application-name"),
  /** The words that the recipient's page shows; empty where the operator set none. */
  recognitionPhrase: metaContent("recognition-phrase"),
  /** The address of the logo, which is the page's icon. */
  logo: document.querySelector<HTMLLinkElement>("link[rel=icon]")?.href ?? "",
};
