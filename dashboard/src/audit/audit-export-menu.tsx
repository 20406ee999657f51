import { useState } from "react";
import { type ApiError, asApiError } from "../api/api-error.ts";
import { t } from "../i18n/i18n.ts";
import { DownIcon } from "../ui/icons.tsx";
import { MenuButton } from "../ui/menu.tsx";
import { type ExportFormat, saveAuditLog } from "./audit-export.ts";
import type { AuditFilter } from "./audit-filter.ts";

/** Menu that exports the filtered events in a chosen format. */
export function AuditExportMenu(props: {
  projectId: string;
  filter: AuditFilter;
  onFailure: (error: ApiError | null) => void;
}) {
  const [state, setState] = useState<"idle" | "busy" | "done">("idle");

  async function save(format: ExportFormat) {
    if (state === "busy") return;
    props.onFailure(null);
    setState("busy");
    try {
      await saveAuditLog(format, props);
      setState("done");
    } catch (thrown) {
      props.onFailure(asApiError(thrown));
      setState("idle");
    }
  }

  return (
    <>
      <MenuButton
        className="button"
        items={[
          { label: "CSV", hint: t("audit.exportCsv"), onSelect: () => void save("csv") },
          { label: "JSON Lines", hint: t("audit.exportJsonl"), onSelect: () => void save("jsonl") },
        ]}
      >
        <span>{t(state === "busy" ? "audit.exporting" : "audit.export")}</span>
        <DownIcon />
      </MenuButton>
      <p className="visually-hidden" role="status">
        {state === "done" ? t("audit.exported") : null}
      </p>
    </>
  );
}
