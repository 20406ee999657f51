import { useLocation } from "wouter";
import { Dialog } from "../shared/dialog.tsx";
import { ProjectNameForm } from "./project-name-form.tsx";
import { useCreateProject } from "./projects.ts";

/** Makes a project and goes there: the first TTL secret is the next thing to make. */
export function CreateProjectDialog({ onClose }: { onClose: () => void }) {
  const [, navigate] = useLocation();
  const create = useCreateProject();
  return (
    <Dialog title="New project" onCloseRequest={onClose}>
      <ProjectNameForm
        initialName=""
        submitLabel="Create project"
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
