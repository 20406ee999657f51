import type { en } from "./en.ts";

declare module "i18next" {
  /** Checks keys and interpolated values against the English catalogue. */
  interface CustomTypeOptions {
    defaultNS: "dashboard";
    resources: { dashboard: typeof en };
  }
}
