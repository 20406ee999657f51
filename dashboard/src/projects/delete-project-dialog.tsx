import { type FormEvent, useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { asApiError } from "../api/api-error.ts";
import { t } from "../i18n/i18n.ts";
import { Dialog } from "../ui/dialog.tsx";
import { errorText } from "../ui/error-text.ts";
import { Field, useFocusOnFirstInvalid } from "../ui/field.tsx";
import { Notice } from "../ui/notice.tsx";
import { RichText } from "../ui/rich-text.tsx";
import { type Project, useDeleteProject, useProject } from "./projects.ts";

/** Dialog that deletes a project once its name has been typed. States how many pending secrets it deletes. */
export function DeleteProjectDialog({ project, onClose }: { project: Project; onClose: () => void }) {
  const [, navigate] = useLocation();
  const fresh = useProject(project.id);
  const remove = useDeleteProject(project.id);
  const form = useRef<HTMLFormElement>(null);
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [refusals, setRefusals] = useState(0);
  useFocusOnFirstInvalid(form, refusals);

  // The count on the page may be minutes old; load the current one.
  const { refetch } = fresh;
  useEffect(() => void refetch(), [refetch]);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (remove.isPending) return;
    if (typed.trim() !== project.name.trim()) {
      setProblem(t("projects.deleteWrongName"));
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
    <Dialog title={t("projects.delete")} onCloseRequest={onClose}>
      <form ref={form} className="stack" noValidate onSubmit={submit}>
        <p>
          {t("projects.deleteConsequence", {
            count: fresh.data?.pendingTtlSecretCount ?? project.pendingTtlSecretCount,
          })}
        </p>
        <p>{t("projects.deleteFinal")}</p>
        <Field
          label={t("projects.deleteType")}
          error={problem ?? undefined}
          hint={
            <RichText
              i18nKey="projects.deleteName"
              values={{ name: project.name }}
              components={{ name: <strong className="name-to-type" translate="no" /> }}
            />
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
            {t("common.cancel")}
          </button>
          <button
            type="submit"
            className="button button-danger"
            aria-disabled={remove.isPending || undefined}
          >
            {t("projects.delete")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
