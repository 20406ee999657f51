import { t } from "../i18n/i18n.ts";
import { Dialog } from "../ui/dialog.tsx";
import { ProjectNameForm } from "./project-name-form.tsx";
import { type Project, useRenameProject } from "./projects.ts";

/** Dialog that renames a project. */
export function RenameProjectDialog({ project, onClose }: { project: Project; onClose: () => void }) {
  const rename = useRenameProject(project.id);
  return (
    <Dialog title={t("projects.renameTitle")} onCloseRequest={onClose}>
      <ProjectNameForm
        initialName={project.name}
        submitLabel={t("projects.rename")}
        onCancel={onClose}
        send={async (name) => {
          await rename.mutateAsync(name);
          onClose();
        }}
      />
    </Dialog>
  );
}
