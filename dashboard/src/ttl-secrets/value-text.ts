/**
 * A text area turns every line break into LF, but a value must be sent byte for byte. So the pasted text is kept
 * separately and edits are applied to it: text pasted with CRLF is sent with CRLF.
 */

/** A text as a text area shows it. */
export function shownText(raw: string): string {
  return raw.replace(/\r\n?/g, "\n");
}

/** Replaces a selection, given in the text area's positions, by pasted text. */
export function insertText(raw: string, selection: { start: number; end: number }, pasted: string): string {
  return (
    raw.slice(0, rawPosition(raw, selection.start)) + pasted + raw.slice(rawPosition(raw, selection.end))
  );
}

/** Applies an edit, derived from what the text area showed before and after. */
export function carryEdit(raw: string, shownAfter: string): string {
  const shownBefore = shownText(raw);
  const shorter = Math.min(shownBefore.length, shownAfter.length);
  let start = 0;
  while (start < shorter && shownBefore[start] === shownAfter[start]) start += 1;
  let tail = 0;
  while (
    tail < shorter - start &&
    shownBefore[shownBefore.length - 1 - tail] === shownAfter[shownAfter.length - 1 - tail]
  ) {
    tail += 1;
  }
  const selection = { start, end: shownBefore.length - tail };
  return insertText(raw, selection, shownAfter.slice(start, shownAfter.length - tail));
}

/** Maps a position in the text area to one in the text: CRLF counts as one there and as two here. */
function rawPosition(raw: string, shownPosition: number): number {
  let position = 0;
  for (let passed = 0; passed < shownPosition; passed += 1) {
    position += raw.startsWith("\r\n", position) ? 2 : 1;
  }
  return position;
}
