import { Field } from "../ui/field.tsx";
import { passwordLength, passwordRule } from "./auth-error.ts";

/** Password field: for the current password, or for a new one with its rule as a hint. */
export function PasswordField(props: {
  label: string;
  name: string;
  kind: "current" | "new";
  error: string | undefined;
  initialFocus?: boolean;
  value: string;
  onChange: (password: string) => void;
}) {
  const isNew = props.kind === "new";
  return (
    <Field label={props.label} error={props.error} hint={isNew && !props.error ? passwordRule() : undefined}>
      {(control) => (
        <input
          {...control}
          className="input"
          type="password"
          name={props.name}
          autoComplete={isNew ? "new-password" : "current-password"}
          // No maxLength: a new password that is too long is rejected, never truncated silently.
          maxLength={isNew ? undefined : passwordLength.max}
          data-initial-focus={props.initialFocus}
          value={props.value}
          onChange={(event) => props.onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
