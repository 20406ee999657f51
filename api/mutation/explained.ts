/** Surviving mutants and why they are harmless: `original → mutant`, with white space collapsed. */
const EXPLAINED: { because: string; mutants: Record<string, string[]> }[] = [
  {
    because: "the document has exactly one field, for which both are the same",
    mutants: {
      "graphql/access.ts": [
        "fields.every(({ name }) => PUBLIC_FIELDS.has(name.value)) → fields.some(({ name }) => PUBLIC_FIELDS.has(name.value))",
      ],
    },
  },
  {
    because: "the map has every operation of the document; the default is for the compiler",
    mutants: { "graphql/root-fields.ts": ['[] → ["Stryker was here"]'] },
  },
  {
    because: "Yoga's parser always sets the location; the check is for the compiler",
    mutants: { "graphql/access.ts": ["args.document.loc?.end → args.document.loc.end"] },
  },
  {
    because: "it only skips counting the characters of a short text; the count decides",
    mutants: {
      "secrets/reveal-secret.ts": [
        "passphrase.length > MAX_PASSPHRASE_CHARACTERS → true",
        "passphrase.length > MAX_PASSPHRASE_CHARACTERS → passphrase.length >= MAX_PASSPHRASE_CHARACTERS",
      ],
    },
  },
  {
    because: "`open` throws nothing else",
    mutants: { "secrets/reveal-secret.ts": ["!(error instanceof UnreadableError) → false"] },
  },
  {
    because: "only its truthiness is used",
    mutants: { "secrets/reveal-secret.ts": ["() => false → () => undefined"] },
  },
  {
    because: "the names of an attempt's spans are for people; nothing depends on them",
    mutants: {
      "secrets/reveal-secret.ts": ['"claim" → ""', '"settle" → ""', '"derive" → ""', '"open" → ""'],
    },
  },
  {
    because: "it wipes bytes that have no other reference; no test can inspect that memory",
    mutants: {
      "crypto/aead.ts": ["value.fill(0); → ;", "key.fill(0); → ;"],
      "crypto/passphrase.ts": ["hash.fill(0); → ;"],
    },
  },
  {
    because: "it is Node's default: a 16-byte tag when sealing (when opening, a test notices), and UTF-8",
    mutants: { "crypto/aead.ts": ["{ authTagLength: TAG_BYTES } → {}", '"utf8" → ""'] },
  },
  {
    because: "text with the shape of a token or key is ASCII, whose bytes are the same in UTF-8",
    mutants: { "crypto/api-key.ts": ['"ascii" → ""'], "crypto/token.ts": ['"ascii" → ""'] },
  },
  {
    because: "it stops Node from caching random bytes; the values have the same distribution",
    mutants: { "crypto/random-secret.ts": ["{ disableEntropyCache: true } → {}", "true → false"] },
  },
];

/** Whether this mutant of this file is known to be harmless. */
export const isExplained = (file: string, change: string): boolean =>
  EXPLAINED.some(({ mutants }) => mutants[file]?.includes(change));
