import type { ReactNode } from "react";
import { AlertIcon } from "./icons.tsx";

/** Message about the last action; screen readers announce it immediately. */
export function Notice({ children, tone = "danger" }: { children: ReactNode; tone?: "danger" | "warn" }) {
  return (
    <div className={`notice notice-${tone}`} role="alert">
      <AlertIcon />
      <div>{children}</div>
    </div>
  );
}
