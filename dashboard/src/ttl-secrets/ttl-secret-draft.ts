import type { CreateTtlSecretInput, SecretCharset } from "../gql/graphql.ts";
import { t } from "../i18n/i18n.ts";
import { nameProblem } from "../ui/name-rule.ts";
import type { TtlSecret } from "./ttl-secret.ts";

/** State of the dialog while it is being filled in; numbers stay as typed. */
export interface TtlSecretDraft {
  name: string;
  generate: boolean;
  /** The value to send, with its original line breaks. */
  value: string;
  length: string;
  charset: SecretCharset;
  hours: string;
  minutes: string;
}

/** Fields of the dialog that can be invalid. */
export type DraftField = "name" | "value" | "length" | "charset" | "hours" | "minutes";

/** Error text per field. */
export type DraftErrors = Partial<Record<DraftField, string>>;

/** Initial draft. */
export const emptyDraft: TtlSecretDraft = {
  name: "",
  generate: false,
  value: "",
  length: "32",
  charset: "SYMBOLS",
  hours: "0",
  minutes: "5",
};

/** Draft for another secret with the same name and TTL. The value must be entered again. */
export function draftLike(secret: Pick<TtlSecret, "name" | "createdAt" | "expiresAt">): TtlSecretDraft {
  const minutes = Math.round((Date.parse(secret.expiresAt) - Date.parse(secret.createdAt)) / 60_000);
  return {
    ...emptyDraft,
    name: secret.name,
    hours: String(Math.floor(minutes / 60)),
    minutes: String(minutes % 60),
  };
}

/** Limits that the server enforces as well. */
export const limits = {
  ttlSeconds: { min: 60, max: 86_400 },
  valueBytes: 65_536,
  length: { min: 1, max: 1_024 },
};

/** Character sets in the order of the dialog. */
export const charsets = [
  { value: "SYMBOLS", label: "ttlSecrets.charsets.symbols" },
  { value: "ALPHANUMERIC", label: "ttlSecrets.charsets.alphanumeric" },
  { value: "NUMBERS", label: "ttlSecrets.charsets.numbers" },
  { value: "UUID", label: "ttlSecrets.charsets.uuid" },
] as const satisfies { value: SecretCharset; label: string }[];

/** Length of a text in bytes of UTF-8, which the limit counts. */
export function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Duration in seconds. Null if a field is not a whole number; an empty field counts as zero. */
export function ttlSeconds(draft: Pick<TtlSecretDraft, "hours" | "minutes">): number | null {
  const hours = wholeNumber(draft.hours || "0");
  const minutes = wholeNumber(draft.minutes || "0");
  return hours === null || minutes === null ? null : hours * 3_600 + minutes * 60;
}

/** Validates a draft. Empty if it can be sent; in the order of the dialog's fields. */
export function draftErrors(draft: TtlSecretDraft): DraftErrors {
  const errors: DraftErrors = {};
  const name = nameProblem(draft.name);
  if (name) errors.name = name;
  if (draft.generate) {
    const length = lengthProblem(draft);
    if (length) errors.length = length;
  } else {
    const value = valueProblem(draft.value);
    if (value) errors.value = value;
  }
  return { ...errors, ...ttlErrors(draft) };
}

/** Mutation input of a valid draft. */
export function draftInput(draft: TtlSecretDraft, projectId: string): CreateTtlSecretInput {
  return {
    projectId,
    name: draft.name.trim(),
    ttlSeconds: ttlSeconds(draft) ?? 0,
    content: draft.generate
      ? {
          generate: {
            // Ignored for a UUID; an invalid number in the hidden field must not fail the request.
            length: draft.charset === "UUID" ? 36 : (wholeNumber(draft.length) ?? 0),
            charset: draft.charset,
          },
        }
      : { value: draft.value },
  };
}

/** Text for a field that only the server found invalid. */
export function refusedFieldError(field: string | null, draft: TtlSecretDraft): DraftErrors | null {
  switch (field) {
    case "name":
      return { name: t("ttlSecrets.nameRefused") };
    case "ttlSeconds":
      return { minutes: t("ttlSecrets.ttlRule") };
    case "length":
      return { length: lengthRule() };
    case "charset":
      return { charset: t("ttlSecrets.charsetRefused") };
    case "value":
      return { value: t("ttlSecrets.valueRefused") };
    case "content":
      return draft.generate ? { length: lengthRule() } : { value: t("ttlSecrets.valueRule") };
    default:
      return null;
  }
}

const lengthRule = () => t("ttlSecrets.lengthRule", limits.length);

function lengthProblem(draft: TtlSecretDraft): string | null {
  if (draft.charset === "UUID") return null;
  const length = wholeNumber(draft.length);
  return length === null || length < limits.length.min || length > limits.length.max ? lengthRule() : null;
}

function valueProblem(value: string): string | null {
  if (value === "") return t("ttlSecrets.valueEmpty");
  if (value.includes("\0")) return t("ttlSecrets.valueNul");
  if (!value.isWellFormed()) return t("ttlSecrets.valueBroken");
  const bytes = utf8Bytes(value);
  return bytes <= limits.valueBytes ? null : t("ttlSecrets.valueTooLong", { bytes, max: limits.valueBytes });
}

function ttlErrors(draft: TtlSecretDraft): DraftErrors {
  const hours = wholeNumber(draft.hours || "0");
  if (hours === null) return { hours: t("ttlSecrets.hoursWhole") };
  if (wholeNumber(draft.minutes || "0") === null) return { minutes: t("ttlSecrets.minutesWhole") };
  const seconds = ttlSeconds(draft) ?? 0;
  if (seconds < limits.ttlSeconds.min) return { minutes: t("ttlSecrets.ttlTooShort") };
  if (seconds <= limits.ttlSeconds.max) return {};
  const text = t("ttlSecrets.ttlTooLong");
  return hours > 24 ? { hours: text } : { minutes: text };
}

function wholeNumber(text: string): number | null {
  return /^\d{1,9}$/.test(text.trim()) ? Number(text) : null;
}
