import { t } from "../i18n/i18n.ts";
import { Notice } from "../ui/notice.tsx";
import { destroyedText, type TtlSecret } from "./ttl-secret.ts";

/** Alert that a secret was destroyed: what happened, from which address if there was an attempt, and what to do. */
export function DestroyedAlert(props: {
  secret: TtlSecret;
  onCreateAgain: (secret: TtlSecret) => void;
  onDismiss: (secret: TtlSecret) => void;
}) {
  const { secret } = props;
  const { name, attemptedFrom: address } = secret;
  const text = destroyedText(secret);
  return (
    <div className="destroyed-alert" data-testid="destroyed-alert">
      <Notice>
        <p className="alert-title">{t("ttlSecrets.alert.title", { name })}</p>
        <p>
          {text?.long}
          {address ? ` ${t("ttlSecrets.alert.address", { address })}` : null}
        </p>
        <p>{text?.advice}</p>
        <p className="alert-actions">
          <button type="button" className="button button-small" onClick={() => props.onCreateAgain(secret)}>
            {t("ttlSecrets.createAgain")}
          </button>
          <button type="button" className="button button-small" onClick={() => props.onDismiss(secret)}>
            {t("ttlSecrets.alert.dismiss")}
          </button>
        </p>
      </Notice>
    </div>
  );
}
