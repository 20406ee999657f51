import { useLocation } from "wouter";
import { t } from "../i18n/i18n.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ProjectNameForm } from "./project-name-form.tsx";
import { useCreateProject } from "./projects.ts";

/** Dialog that creates a project and opens its page. */
export function CreateProjectDialog({ onClose }: { onClose: () => void }) {
  const [, navigate] = useLocation();
  const create = useCreateProject();
  return (
    <Dialog title={t("projects.new")} onCloseRequest={onClose}>
      <ProjectNameForm
        initialName=""
        submitLabel={t("projects.create")}
        onCancel={onClose}
        send={async (name) => {
          const project = await create.mutateAsync(name);
          onClose();
          navigate(`/projects/${encodeURIComponent(project.id)}`);
        }}
      />
    </Dialog>
  );
}
