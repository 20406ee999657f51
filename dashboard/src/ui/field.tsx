import { type ReactNode, type RefObject, useEffect, useId } from "react";

/** What a control needs to belong to its label, hint and error. */
export interface ControlProps {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

/** A label, its control, an optional hint and the field's error. */
export function Field(props: {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  children: (control: ControlProps) => ReactNode;
}) {
  const id = useId();
  const described = [props.error ? `${id}-error` : null, props.hint ? `${id}-hint` : null].filter(Boolean);
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      {props.children({
        id,
        "aria-describedby": described.join(" ") || undefined,
        "aria-invalid": props.error ? true : undefined,
      })}
      {props.error ? <FieldError id={`${id}-error`}>{props.error}</FieldError> : null}
      {props.hint ? (
        <div className="field-hint" id={`${id}-hint`}>
          {props.hint}
        </div>
      ) : null}
    </div>
  );
}

/** The error of a field, told beside it. */
export function FieldError({ id, children }: { id: string; children: ReactNode }) {
  return (
    <div className="field-error" id={id}>
      {children}
    </div>
  );
}

/**
 * After each refused attempt (counted by the caller) focus goes to the first field that is marked invalid.
 */
export function useFocusOnFirstInvalid(form: RefObject<HTMLElement | null>, refusals: number): void {
  useEffect(() => {
    if (refusals > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [form, refusals]);
}
