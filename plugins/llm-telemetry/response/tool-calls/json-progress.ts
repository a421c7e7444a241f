/** Follows a JSON object that arrives in pieces, to find its end. Keeps no text; linear in the text. Never throws. */
export class JsonProgress {
  /** True after the closing brace of the object. */
  done = false;
  private depth = 0;
  private inString = false;
  private escaped = false;

  push(text: string): void {
    for (let index = 0; index < text.length && !this.done; index++) this.step(text.charCodeAt(index));
  }

  private step(code: number): void {
    if (this.inString) {
      if (this.escaped) this.escaped = false;
      else if (code === BACKSLASH) this.escaped = true;
      else if (code === QUOTE) this.inString = false;
    } else if (code === QUOTE) this.inString = true;
    else if (code === OPEN_BRACE) this.depth++;
    else if (code === CLOSE_BRACE) this.done = --this.depth === 0;
  }
}

/** True for the text of one whole JSON object, by its braces. */
export function isWholeObject(text: string): boolean {
  const progress = new JsonProgress();
  progress.push(text);
  return progress.done;
}

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
