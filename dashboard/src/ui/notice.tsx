import type { ReactNode } from "react";
import { AlertIcon } from "./icons.tsx";

/** A message that belongs to what was just tried; screen readers say it at once. */
export function Notice({ children, tone = "danger" }: { children: ReactNode; tone?: "danger" | "warn" }) {
  return (
    <div className={`notice notice-${tone}`} role="alert">
      <AlertIcon />
      <div>{children}</div>
    </div>
  );
}
