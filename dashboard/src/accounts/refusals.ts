import { type RefObject, useState } from "react";
import type { Message } from "../i18n/i18n.ts";
import { useFocusOnFirstInvalid } from "../ui/field.tsx";

/**
 * What an account form says of a refused submit: a text per field, or one for the whole form. Each refusal moves the
 * focus to the first field at fault; typing in a field takes its text away.
 */
export function useRefusals<Field extends string>(form: RefObject<HTMLFormElement | null>) {
  const [errors, setErrors] = useState<Partial<Record<Field, Message>>>({});
  const [refused, setRefused] = useState<Message | null>(null);
  const [count, setCount] = useState(0);
  useFocusOnFirstInvalid(form, count);

  return {
    errors,
    refused,
    clearRefused: () => setRefused(null),
    refuse(fields: Partial<Record<Field, Message>>, text: Message | null) {
      setErrors(fields);
      // A function given as it is would be taken for an update.
      setRefused(() => text);
      setCount((before) => before + 1);
    },
    edit: (field: Field, set: (text: string) => void) => (text: string) => {
      set(text);
      setErrors((shown) => ({ ...shown, [field]: undefined }));
    },
  };
}
