import { type RefObject, useState } from "react";
import type { Message } from "../i18n/i18n.ts";
import { useFocusOnFirstInvalid } from "../ui/field.tsx";

/**
 * Error state of an account form: one text per field, or one for the whole form. Each rejected submit moves focus to
 * the first invalid field. Editing a field clears its error.
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
      // React would call a bare function as a state updater.
      setRefused(() => text);
      setCount((before) => before + 1);
    },
    edit: (field: Field, set: (text: string) => void) => (text: string) => {
      set(text);
      setErrors((shown) => ({ ...shown, [field]: undefined }));
    },
  };
}
