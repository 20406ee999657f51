import { languages, t, useLanguage } from "../i18n/i18n.ts";
import { Disclosure } from "../ui/disclosure.tsx";
import { DownIcon, GlobeIcon } from "../ui/icons.tsx";
import { SettingsChoices } from "./settings-choices.tsx";

/** Menu for language and theme on pages without an account menu. */
export function SettingsMenu() {
  const language = useLanguage();
  return (
    <Disclosure
      className="corner-menu"
      buttonClassName="corner-button"
      panelClassName="corner-panel"
      button={
        <>
          <GlobeIcon />
          <span className="visually-hidden">{`${t("settings.button")} `}</span>
          <span>{languages[language]}</span>
          <DownIcon />
        </>
      }
    >
      {() => <SettingsChoices />}
    </Disclosure>
  );
}
