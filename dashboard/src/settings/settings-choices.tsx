import { useId } from "react";
import { type Language, languages, t, useLanguage } from "../i18n/i18n.ts";
import { chooseLanguage } from "./language.ts";
import { chooseTheme, useTheme } from "./theme.ts";

/** Language and theme as two rows of radio buttons. Changes apply at once, and input on the page is kept. */
export function SettingsChoices() {
  const language = useLanguage();
  const theme = useTheme();
  return (
    <div className="settings-choices">
      <Choices
        label={t("settings.language")}
        options={(Object.keys(languages) as Language[]).map((each) => ({
          value: each,
          label: languages[each],
          lang: each,
        }))}
        value={language}
        onChange={chooseLanguage}
      />
      <Choices
        label={t("settings.theme")}
        options={[
          { value: "system", label: t("settings.system") },
          { value: "light", label: t("settings.light") },
          { value: "dark", label: t("settings.dark") },
        ]}
        value={theme}
        onChange={chooseTheme}
      />
    </div>
  );
}

function Choices<Value extends string>(props: {
  label: string;
  options: { value: Value; label: string; lang?: string }[];
  value: Value;
  onChange: (value: Value) => void;
}) {
  const name = useId();
  return (
    <fieldset className="choices">
      <legend>{props.label}</legend>
      <div className="choices-row">
        {props.options.map(({ value, label, lang }) => (
          <label key={value} className="choice">
            <input
              type="radio"
              name={name}
              checked={value === props.value}
              onChange={() => props.onChange(value)}
            />
            <span lang={lang}>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
