import { type FormEvent, useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { asApiError } from "../shared/api-error.ts";
import { Dialog } from "../shared/dialog.tsx";
import { errorText } from "../shared/error-text.ts";
import { Field, useFocusOnFirstInvalid } from "../shared/field.tsx";
import { Notice } from "../shared/notice.tsx";
import { type Project, useDeleteProject, useProject } from "./projects.ts";

/** Deletes a project after its name has been typed; says how many pending secrets go with it. */
export function DeleteProjectDialog({ project, onClose }: { project: Project; onClose: () => void }) {
  const [, navigate] = useLocation();
  const fresh = useProject(project.id);
  const remove = useDeleteProject(project.id);
  const form = useRef<HTMLFormElement>(null);
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [refusals, setRefusals] = useState(0);
  useFocusOnFirstInvalid(form, refusals);

  // The number on the page may be minutes old; what is said here should be true now.
  const { refetch } = fresh;
  useEffect(() => void refetch(), [refetch]);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (remove.isPending) return;
    if (typed.trim() !== project.name.trim()) {
      setProblem("This isn't the project's name. Type it exactly as it is shown above.");
      setRefusals((count) => count + 1);
      return;
    }
    remove.mutate(undefined, {
      onSuccess: () => {
        onClose();
        navigate("/");
      },
    });
  }

  return (
    <Dialog title="Delete project" onCloseRequest={onClose}>
      <form ref={form} className="stack" noValidate onSubmit={submit}>
        <p>{consequence(fresh.data?.pendingTtlSecretCount ?? project.pendingTtlSecretCount)}</p>
        <p>The audit log stays. This can't be undone.</p>
        <Field
          label="Type the project's name to confirm"
          error={problem ?? undefined}
          hint={
            <>
              Its name is <strong className="name-to-type">{project.name}</strong>
            </>
          }
        >
          {(control) => (
            <input
              {...control}
              className="input"
              autoComplete="off"
              spellCheck={false}
              data-initial-focus
              value={typed}
              onChange={(event) => {
                setTyped(event.target.value);
                setProblem(null);
              }}
            />
          )}
        </Field>
        {remove.error ? <Notice>{errorText(asApiError(remove.error))}</Notice> : null}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            className="button button-danger"
            aria-disabled={remove.isPending || undefined}
          >
            Delete project
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function consequence(pending: number): string {
  if (pending === 0) return "All its TTL secrets go with it. None of them is pending.";
  if (pending === 1)
    return "All its TTL secrets go with it, 1 pending one too: its link stops working at once.";
  return `All its TTL secrets go with it, ${pending} pending ones too: their links stop working at once.`;
}
