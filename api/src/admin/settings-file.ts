import { readFile } from "node:fs/promises";
import { ConfigError } from "../config.ts";

/**
 * The settings in a file that systemd reads as `EnvironmentFile=`, so that a command has the very ones that the service has.
 *
 * @throws ConfigError when it can't be read.
 */
export async function readSettings(path: string): Promise<Record<string, string>> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`${path}, the file of settings, can't be read (${error.code}).`);
  });
  return parseSettings(text);
}

/**
 * The variables in `text`, in systemd's syntax (systemd.exec(5), `EnvironmentFile=`): `'…'` is literal; in `"…"` a
 * backslash takes the meaning of `"`, `\`, `` ` `` and `$` away, and outside of both that of any character; before a line's
 * end it joins lines. Nothing is a remark but a line that starts with `#` or `;`, and `$` stands for itself. Of a variable
 * that is set twice the last counts.
 */
export function parseSettings(text: string): Record<string, string> {
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

/** The value that starts at `start`, and where its last line ends. */
function valueAt(text: string, start: number): { value: string; end: number } {
  let value = "";
  let quote = "";
  // Quotes are quotes only before anything that is not quoted.
  let isPlain = false;
  /** How long the value is without blanks at its end that nothing protects. */
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
