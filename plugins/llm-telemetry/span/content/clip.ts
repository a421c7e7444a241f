import type { Redactor } from '../../../shared/telemetry/redaction/redact';

/** The bounds of the content of one span: characters per message and per span, and messages. */
const MAX_MESSAGE_LENGTH = 8192;
const MAX_SPAN_LENGTH = 65_536;
const MAX_MESSAGES = 32;
/** The length of a text with `capture_content: preview`, in characters. */
export const PREVIEW_LENGTH = 200;

/** Redacts texts and cuts them to their bounds. The texts of a span share its bound in the order of the calls. */
export class Clip {
  /** True if any text was cut. */
  truncated = false;
  private left = MAX_SPAN_LENGTH;

  constructor(private readonly redact: Redactor) {}

  text(text: string, maxLength = MAX_MESSAGE_LENGTH): string {
    const room = Math.min(maxLength, this.left);
    const kept = this.redact.content(text, room);
    this.left -= kept.length;
    if (text.length > room) this.truncated = true;
    return kept;
  }

  /** The last elements of a list. */
  lastOf<T>(list: readonly T[]): readonly T[] {
    if (list.length > MAX_MESSAGES) this.truncated = true;
    return list.slice(-MAX_MESSAGES);
  }
}
