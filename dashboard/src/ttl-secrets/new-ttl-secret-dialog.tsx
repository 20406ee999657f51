import { useEffect, useState } from "react";
import { t } from "../i18n/i18n.ts";
import { useBeforeUnload } from "../page/before-unload.ts";
import { CloseQuestion } from "../ui/close-question.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { useTicking } from "../ui/use-ticking.ts";
import type { HandOffPart } from "./copied-together.ts";
import type { CreatedTtlSecret } from "./create-ttl-secret.ts";
import { HandOff } from "./hand-off.tsx";
import { HandOffOutcome } from "./hand-off-outcome.tsx";
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
  onCreated: (secret: TtlSecret) => void;
  /** The dialog shows how the secret ended. */
  onOutcome: (secret: TtlSecret) => void;
  onCreateAgain: (secret: TtlSecret) => void;
  onClose: () => void;
}) {
  const { onClose, onOutcome } = props;
  const [draft, setDraft] = useState<TtlSecretDraft>(props.initial ?? emptyDraft);
  const [created, setCreated] = useState<CreatedTtlSecret | null>(null);
  const [copied, setCopied] = useState<ReadonlySet<HandOffPart>>(new Set());
  const [asking, setAsking] = useState(false);

  const secret = useCurrentSecret(props.projectId, created?.ttlSecret, props.isLive);
  const isOver = useTicking("second", (now) => secret !== undefined && statusAt(secret, now) !== "PENDING");
  const question = created ? (isOver ? null : uncopied(copied)) : typed(draft);
  useBeforeUnload(question !== null);

  useEffect(() => {
    if (secret && isOver) onOutcome(secret);
  }, [secret, isOver, onOutcome]);

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
      title={secret && isOver ? secret.name : t(created ? "handOff.title" : "ttlSecrets.newTitle")}
      width={created && !isOver ? "widest" : "wide"}
      onCloseRequest={requestClose}
    >
      {secret && isOver ? (
        <HandOffOutcome
          secret={secret}
          onCreateAgain={() => props.onCreateAgain(secret)}
          onDone={requestClose}
        />
      ) : created ? (
        <HandOff
          projectId={props.projectId}
          created={created}
          current={secret ?? created.ttlSecret}
          onCopied={(part) => {
            setCopied((parts) => new Set(parts).add(part));
            setAsking(false);
          }}
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
          onCreated={(made) => {
            setCreated(made);
            setAsking(false);
            // The draft has been sent and is no longer needed.
            setDraft(emptyDraft);
            props.onCreated(made.ttlSecret);
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
