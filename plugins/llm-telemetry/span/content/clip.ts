import type { Redactor } from '../../../shared/telemetry/redaction/redact';

/** How much content one span may carry: characters of one message and of all, and messages. */
const MAX_MESSAGE_LENGTH = 8192;
const MAX_SPAN_LENGTH = 65_536;
const MAX_MESSAGES = 32;
/** Characters of a text that `capture_content: preview` keeps. */
export const PREVIEW_LENGTH = 200;

/**
 * Takes secrets out of texts and cuts them. What one span may carry in all is shared by its texts in the order they
 * come.
 */
export class Clip {
  /** True once anything was cut. */
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

  /** The last ones of a list. */
  lastOf<T>(list: readonly T[]): readonly T[] {
    if (list.length > MAX_MESSAGES) this.truncated = true;
    return list.slice(-MAX_MESSAGES);
  }
}
