/** The mutants that no test notices, and why none needs to: `what was → what it became`, white space squeezed. */
const EXPLAINED: { because: string; mutants: Record<string, string[]> }[] = [
  {
    because: "of exactly one field it is the same",
    mutants: {
      "graphql/access.ts": [
        "fields.every(({ name }) => PUBLIC_FIELDS.has(name.value)) → fields.some(({ name }) => PUBLIC_FIELDS.has(name.value))",
      ],
    },
  },
  {
    because: "Yoga's parser always says how long a document is; the check is for the compiler",
    mutants: { "graphql/access.ts": ["args.document.loc?.end → args.document.loc.end"] },
  },
  {
    because: "it only spares the work of counting a long text's characters, which decides all the same",
    mutants: {
      "secrets/reveal-secret.ts": [
        "passphrase.length > MAX_PASSPHRASE_CHARACTERS → true",
        "passphrase.length > MAX_PASSPHRASE_CHARACTERS → passphrase.length >= MAX_PASSPHRASE_CHARACTERS",
      ],
    },
  },
  {
    because: "what opens a value throws nothing but this",
    mutants: { "secrets/reveal-secret.ts": ["!(error instanceof UnreadableError) → false"] },
  },
  {
    because: "it is asked only whether it is true",
    mutants: { "secrets/reveal-secret.ts": ["() => false → () => undefined"] },
  },
  {
    because: "the names of an attempt's steps in a trace are for people to read; nothing is decided by them",
    mutants: {
      "secrets/reveal-secret.ts": ['"claim" → ""', '"settle" → ""', '"derive" → ""', '"open" → ""'],
    },
  },
  {
    because: "it wipes bytes that nobody else has; no test can look at what memory holds then",
    mutants: {
      "crypto/aead.ts": ["value.fill(0); → ;", "key.fill(0); → ;"],
      "crypto/passphrase.ts": ["hash.fill(0); → ;"],
    },
  },
  {
    because:
      "it is Node's default, too: 16 bytes of tag where a value is sealed (where it is opened a test notices), and UTF-8",
    mutants: { "crypto/aead.ts": ["{ authTagLength: TAG_BYTES } → {}", '"utf8" → ""'] },
  },
  {
    because: "what has the shape of a token or a key is ASCII, whose bytes are the same in UTF-8",
    mutants: { "crypto/api-key.ts": ['"ascii" → ""'], "crypto/token.ts": ['"ascii" → ""'] },
  },
  {
    because: "it keeps Node from drawing random bytes ahead and holding them; the values are no others",
    mutants: { "crypto/random-secret.ts": ["{ disableEntropyCache: true } → {}", "true → false"] },
  },
];

/** Whether it is known why nothing is wrong with this change of this file. */
export const isExplained = (file: string, change: string): boolean =>
  EXPLAINED.some(({ mutants }) => mutants[file]?.includes(change));
