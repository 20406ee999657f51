import { Component, type ReactNode } from "react";
import { t } from "../i18n/i18n.ts";

/** Shows a message instead of a blank page when rendering throws. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <div className="plain-message" role="alert">
        <h1>{t("app.broke")}</h1>
        <p>{t("app.brokeText")}</p>
        <button type="button" className="button button-primary" onClick={() => window.location.reload()}>
          {t("app.reload")}
        </button>
      </div>
    );
  }
}
