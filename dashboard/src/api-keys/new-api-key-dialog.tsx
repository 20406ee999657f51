import { useEffect, useRef, useState } from "react";
import { t } from "../i18n/i18n.ts";
import { useBeforeUnload } from "../page/before-unload.ts";
import { CloseQuestion } from "../ui/close-question.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { RichText } from "../ui/rich-text.tsx";
import { ApiKeyForm } from "./api-key-form.tsx";
import type { CreatedApiKey } from "./api-keys.ts";

/**
 * Dialog that creates an API key and then shows it. The key lives only in this component's state: closing the dialog
 * or leaving the page discards it.
 */
export function NewApiKeyDialog({ onCreated, onClose }: { onCreated: () => void; onClose: () => void }) {
  const [created, setCreated] = useState<CreatedApiKey | null>(null);
  const [copied, setCopied] = useState(false);
  const [asking, setAsking] = useState(false);
  const mayBeLost = created !== null && !copied;
  useBeforeUnload(mayBeLost);

  useEffect(() => {
    // The back/forward cache may keep the page. It must not come back with a key on it.
    window.addEventListener("pagehide", onClose);
    return () => window.removeEventListener("pagehide", onClose);
  }, [onClose]);

  function requestClose() {
    if (mayBeLost && !asking) setAsking(true);
    else onClose();
  }

  return (
    <Dialog title={t("apiKeys.new")} width="wide" onCloseRequest={requestClose}>
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
          question={t("apiKeys.uncopied")}
          stayLabel={t("ttlSecrets.goBack")}
          closeLabel={t("ttlSecrets.closeAnyway")}
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
          {t("apiKeys.putIt")}
        </h3>
        <p className="section-note">
          <RichText
            i18nKey="apiKeys.keepIt"
            values={{ name: apiKey.name }}
            components={{ name: <strong className="name-to-type" translate="no" /> }}
          />
        </p>
      </div>
      {/* Copying with the keyboard or the context menu counts as well. */}
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
        label={t("apiKeys.copy")}
        copiedLabel={t("apiKeys.copied")}
        announcement={t("apiKeys.inClipboard")}
        text={key}
        source={box}
        copied={props.copied}
        onCopied={props.onCopied}
      />
      <p className="api-key-once">
        <RichText i18nKey="apiKeys.shownOnce" components={{ once: <strong /> }} />
      </p>
      <div className="dialog-actions">
        <button type="button" className="button button-primary" onClick={props.onDone}>
          {t("common.done")}
        </button>
      </div>
    </div>
  );
}
