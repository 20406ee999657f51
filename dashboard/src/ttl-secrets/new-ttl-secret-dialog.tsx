import { useEffect, useState } from "react";
import { t } from "../i18n/i18n.ts";
import { useBeforeUnload } from "../page/before-unload.ts";
import { CloseQuestion } from "../ui/close-question.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { useTicking } from "../ui/use-ticking.ts";
import type { HandOffPart } from "./copied-together.ts";
import type { CreatedTtlSecret } from "./create-ttl-secret.ts";
import { HandOff } from "./hand-off.tsx";
import { statusAt, type TtlSecret } from "./ttl-secret.ts";
import { emptyDraft, type TtlSecretDraft } from "./ttl-secret-draft.ts";
import { TtlSecretForm } from "./ttl-secret-form.tsx";
import { useCurrentSecret } from "./ttl-secret-list.ts";

/**
 * Dialog that creates a TTL secret and then shows link and passphrase. Value, link and passphrase live only in this
 * component's state: closing the dialog or leaving the page discards them.
 */
export function NewTtlSecretDialog(props: {
  projectId: string;
  /** Initial draft. */
  initial?: TtlSecretDraft | undefined;
  /** Whether the list's stream reports changes of the secret. */
  isLive: boolean;
  onCreated: () => void;
  onCreateAgain: (secret: TtlSecret) => void;
  onClose: () => void;
}) {
  const { onClose } = props;
  const [draft, setDraft] = useState<TtlSecretDraft>(props.initial ?? emptyDraft);
  const [created, setCreated] = useState<CreatedTtlSecret | null>(null);
  const [copied, setCopied] = useState<ReadonlySet<HandOffPart>>(new Set());
  const [asking, setAsking] = useState(false);

  const current = useCurrentSecret(props.projectId, created?.ttlSecret, props.isLive);
  // A dead link needs no confirmation.
  const isOver = useTicking("second", (now) => current !== undefined && statusAt(current, now) !== "PENDING");
  const question = created ? (isOver ? null : uncopied(copied)) : typed(draft);
  useBeforeUnload(question !== null);

  useEffect(() => {
    // The back/forward cache may keep the page. It must not come back with a passphrase on it.
    window.addEventListener("pagehide", onClose);
    return () => window.removeEventListener("pagehide", onClose);
  }, [onClose]);

  function requestClose() {
    if (question && !asking) setAsking(true);
    else onClose();
  }

  return (
    <Dialog
      title={t(created ? "handOff.title" : "ttlSecrets.newTitle")}
      width={created ? "widest" : "wide"}
      onCloseRequest={requestClose}
    >
      {created ? (
        <HandOff
          projectId={props.projectId}
          created={created}
          current={current ?? created.ttlSecret}
          onCopied={(part) => {
            setCopied((parts) => new Set(parts).add(part));
            setAsking(false);
          }}
          onCreateAgain={props.onCreateAgain}
          onDone={requestClose}
        />
      ) : (
        <TtlSecretForm
          projectId={props.projectId}
          draft={draft}
          onChange={(changes) => {
            setDraft((before) => ({ ...before, ...changes }));
            setAsking(false);
          }}
          onCancel={requestClose}
          onCreated={(secret) => {
            setCreated(secret);
            setAsking(false);
            // The draft has been sent and is no longer needed.
            setDraft(emptyDraft);
            props.onCreated();
          }}
        />
      )}
      {asking && question ? (
        <CloseQuestion
          question={question}
          stayLabel={t(created ? "ttlSecrets.goBack" : "ttlSecrets.keepEditing")}
          closeLabel={t(created ? "ttlSecrets.closeAnyway" : "ttlSecrets.discard")}
          onStay={() => setAsking(false)}
          onClose={onClose}
        />
      ) : null}
    </Dialog>
  );
}

function typed(draft: TtlSecretDraft): string | null {
  return draft.name.trim() || draft.value ? t("ttlSecrets.discardQuestion") : null;
}

function uncopied(copied: ReadonlySet<HandOffPart>): string | null {
  if (!copied.has("link")) {
    return t(copied.has("passphrase") ? "ttlSecrets.uncopied.link" : "ttlSecrets.uncopied.both");
  }
  return copied.has("passphrase") ? null : t("ttlSecrets.uncopied.passphrase");
}
