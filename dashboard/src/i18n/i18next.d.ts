import type { en } from "./en.ts";

declare module "i18next" {
  /** Keys and the values they are filled in with are checked against the English catalogue. */
  interface CustomTypeOptions {
    defaultNS: "dashboard";
    resources: { dashboard: typeof en };
  }
}
