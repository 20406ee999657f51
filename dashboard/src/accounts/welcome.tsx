import type { ReactNode } from "react";
import { t } from "../i18n/i18n.ts";
import { brand } from "../page/brand.ts";
import { RichText } from "../ui/rich-text.tsx";

const components = { step: <strong /> };

/** Frame of the sign-in and sign-up pages: a short product description and one form. */
export function Welcome({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="welcome">
      <section className="welcome-card">
        <h1>{title}</h1>
        {children}
      </section>
      <section className="welcome-pitch" aria-label={t("welcome.label", { product: brand.name })}>
        <p className="welcome-lead">{t("welcome.lead")}</p>
        <ol className="welcome-steps">
          <li>
            <RichText i18nKey="welcome.make" components={components} />
          </li>
          <li>
            <RichText i18nKey="welcome.send" components={components} />
          </li>
          <li>
            <RichText i18nKey="welcome.once" components={components} />
          </li>
        </ol>
      </section>
    </div>
  );
}
