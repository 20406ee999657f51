import { useLocation } from "wouter";
import { asApiError } from "../api/api-error.ts";
import { t } from "../i18n/i18n.ts";
import { firstSecret } from "../page/first-secret.ts";
import { errorText } from "../ui/error-text.ts";
import { PlusIcon } from "../ui/icons.tsx";
import { Notice } from "../ui/notice.tsx";
import { useCreateProject } from "./projects.ts";

/** Creates a first project with a default name and opens the dialog of its first secret. */
export function FirstSecretButton() {
  const [, navigate] = useLocation();
  const create = useCreateProject();
  async function start() {
    // `mutateAsync`, because the button is unmounted by the time the response arrives.
    const project = await create.mutateAsync(t("projects.firstName")).catch(() => null);
    if (project) navigate(`/projects/${encodeURIComponent(project.id)}`, { state: firstSecret });
  }
  return (
    <>
      {create.error ? <Notice>{errorText(asApiError(create.error))}</Notice> : null}
      <button
        type="button"
        className="button button-primary"
        aria-disabled={create.isPending || undefined}
        onClick={() => {
          if (!create.isPending) void start();
        }}
      >
        <PlusIcon />
        <span>{t("projects.firstSecret")}</span>
      </button>
    </>
  );
}
