import { useEffect, useRef, useState } from "react";
import { CloseQuestion } from "../shared/close-question.tsx";
import { CopyButton } from "../shared/copy-button.tsx";
import { Dialog } from "../shared/dialog.tsx";
import { useLeaveGuard } from "../shared/leave-guard.ts";
import { ApiKeyForm } from "./api-key-form.tsx";
import type { CreatedApiKey } from "./api-keys.ts";

/**
 * Asks for an API key and, once it is made, shows it. The key lives in this component's state and nowhere
 * else: it is gone when the dialog closes or the page is left.
 */
export function NewApiKeyDialog({ onCreated, onClose }: { onCreated: () => void; onClose: () => void }) {
  const [created, setCreated] = useState<CreatedApiKey | null>(null);
  const [copied, setCopied] = useState(false);
  const [asking, setAsking] = useState(false);
  const mayBeLost = created !== null && !copied;
  useLeaveGuard(mayBeLost);

  useEffect(() => {
    // A page that is left may be kept in the back/forward cache: it must not come back with a key on it.
    window.addEventListener("pagehide", onClose);
    return () => window.removeEventListener("pagehide", onClose);
  }, [onClose]);

  function requestClose() {
    if (mayBeLost && !asking) setAsking(true);
    else onClose();
  }

  return (
    <Dialog title="New API key" wide onCloseRequest={requestClose}>
      {created ? (
        <ShownOnce
          created={created}
          copied={copied}
          onCopied={() => {
            setCopied(true);
            setAsking(false);
          }}
          onDone={requestClose}
        />
      ) : (
        <ApiKeyForm
          onCancel={onClose}
          onCreated={(key) => {
            setCreated(key);
            onCreated();
          }}
        />
      )}
      {asking && mayBeLost ? (
        <CloseQuestion
          question="You haven't copied the key yet. Once this is closed, we can't show it again."
          stayLabel="Go back"
          closeLabel="Close anyway"
          onStay={() => setAsking(false)}
          onClose={onClose}
        />
      ) : null}
    </Dialog>
  );
}

function ShownOnce(props: {
  created: CreatedApiKey;
  copied: boolean;
  onCopied: () => void;
  onDone: () => void;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const box = useRef<HTMLElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { apiKey, key } = props.created;
  return (
    <div className="stack">
      <div>
        <h3 ref={heading} tabIndex={-1}>
          Put this key where your program finds it
        </h3>
        <p className="section-note">
          Keep it as you keep a password. <strong className="name-to-type">{apiKey.name}</strong> is what the
          audit log will call it.
        </p>
      </div>
      {/* Copying by hand, with the keyboard or the context menu, counts as well. */}
      <code
        ref={box}
        className="api-key-box"
        data-testid="api-key-text"
        translate="no"
        onCopy={props.onCopied}
      >
        {key}
      </code>
      <CopyButton
        label="Copy key"
        copiedLabel="Key copied"
        announcement="The key is in the clipboard."
        text={key}
        source={box}
        copied={props.copied}
        onCopied={props.onCopied}
      />
      <p className="api-key-once">
        <strong>Shown once. We cannot show it again.</strong> If it gets lost, revoke it in the list and make
        a new one.
      </p>
      <div className="dialog-actions">
        <button type="button" className="button button-primary" onClick={props.onDone}>
          Done
        </button>
      </div>
    </div>
  );
}
