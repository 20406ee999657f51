import { readFile } from "node:fs/promises";
import { ConfigError } from "../config.ts";

/**
 * Reads a file that systemd reads as `EnvironmentFile=`, so that a command has the settings of the service.
 *
 * @throws ConfigError if it can't be read.
 */
export async function readSettings(path: string): Promise<Record<string, string>> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`The settings file ${path} can't be read (${error.code}).`);
  });
  return parseSettings(text);
}

/**
 * Parses variables in systemd's syntax (systemd.exec(5), `EnvironmentFile=`): `'…'` is literal; in `"…"` a backslash
 * escapes `"`, `\`, `` ` `` and `$`, outside of quotes any character; before a line end it joins lines. Only a line that
 * starts with `#` or `;` is a comment, and `$` is not expanded. If a variable is set twice, the last value counts.
 */
export function parseSettings(source: string): Record<string, string> {
  const text = source.replaceAll("\r\n", "\n");
  const settings: Record<string, string> = {};
  for (let at = 0; at < text.length; ) {
    const [line = "", name] = /[^\S\n]*(?:[#;].*|([A-Za-z_]\w*)[^\S\n]*=|.*)/y.exec(text.slice(at)) ?? [];
    at += line.length;
    if (name !== undefined) {
      const { value, end } = valueAt(text, at);
      settings[name] = value;
      at = end;
    }
    at++;
  }
  return settings;
}

/** The value that starts at `start`, and the index where its last line ends. */
function valueAt(text: string, start: number): { value: string; end: number } {
  let value = "";
  let quote = "";
  // Quotes have a meaning only before the first unquoted character.
  let isPlain = false;
  /** Length of the value without unquoted blanks at its end. */
  let kept = 0;
  let at = start;
  for (; at < text.length; at++) {
    const char = text.charAt(at);
    const next = text.charAt(at + 1);
    if (char === quote) quote = "";
    else if (quote === "'") value += char;
    else if (char === "\\") {
      const isEscape = quote === "" || '"\\`$'.includes(next);
      if (next !== "\n") value += isEscape ? next : char + next;
      if (quote === "") isPlain = true;
      at++;
    } else if (quote === '"') value += char;
    else if (char === "\n") break;
    else if (/\s/.test(char)) {
      if (isPlain) value += char;
      continue;
    } else if (!isPlain && (char === "'" || char === '"')) quote = char;
    else {
      isPlain = true;
      value += char;
    }
    kept = value.length;
  }
  return { value: value.slice(0, kept), end: at };
}
