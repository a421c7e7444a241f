import { LineSplitter } from './line-splitter';

/** A server-sent event with data. */
export interface SseEvent {
  /** The value of its `event` field; `message` if it has none. */
  readonly event: string;
  /** Its `data` lines, joined with LF. */
  readonly data: string;
}

/** Receives events. */
export interface SseConsumer {
  onEvent(event: SseEvent): void;
  /** Called with a line whose field the standard ignores; some servers send errors in such fields. */
  onOtherLine?(line: string): void;
  /** Called with the rest of a line whose start is missing: usually the end of an event's data. */
  onPartialLine?(rest: string): void;
  /** Called once for each event that is larger than the bound. */
  onLost(): void;
}

/**
 * Parses server-sent events in chunks of bytes (WHATWG HTML, 9.2 "Server-sent events"), independent of the chunks.
 *
 * Lines end in LF, CRLF or CR; a byte order mark at the start is dropped. An event whose data is larger than
 * `maxEventBytes` is lost, but not the next one. Never throws.
 */
export class SseEvents {
  private readonly lines: LineSplitter;
  private event = '';
  private data: string[] = [];
  private size = 0;
  private broken = false;

  constructor(
    private readonly maxEventBytes: number,
    private readonly consumer: SseConsumer,
  ) {
    this.lines = new LineSplitter(maxEventBytes, {
      onLine: (line) => {
        this.takeLine(line);
      },
      onPartialLine: (rest) => {
        // After a gap that ends at the start of a line, the line is complete.
        if (/^(?:data|event):/.test(rest)) this.takeLine(rest);
        else consumer.onPartialLine?.(rest);
      },
      onLost: () => {
        this.lose();
      },
    });
  }

  push(chunk: Uint8Array): void {
    this.lines.push(chunk);
  }

  /** Marks a gap: the event around it is dropped. */
  gap(): void {
    this.lines.gap();
    this.clear();
  }

  /**
   * Ends the stream. An event without its blank line is reported too, since the last event of an aborted stream is
   * useful.
   */
  end(): void {
    this.lines.end();
    this.dispatch();
  }

  private takeLine(line: string): void {
    if (line === '') {
      this.dispatch();
      return;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    if (field !== 'data' && field !== 'event') {
      if (!IGNORED.has(field)) this.consumer.onOtherLine?.(line);
      return;
    }
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.event = value;
    else this.takeData(value);
  }

  private takeData(value: string): void {
    if (this.broken) return;
    this.size += value.length;
    if (this.size > this.maxEventBytes) this.lose();
    else this.data.push(value);
  }

  private lose(): void {
    if (!this.broken) this.consumer.onLost();
    this.broken = true;
    this.data = [];
  }

  private dispatch(): void {
    const { event, data, broken } = this;
    this.clear();
    if (data.length > 0 && !broken)
      this.consumer.onEvent({ event: event === '' ? 'message' : event, data: data.join('\n') });
  }

  private clear(): void {
    this.event = '';
    this.data = [];
    this.size = 0;
    this.broken = false;
  }
}

/** A comment line has no field name. */
const IGNORED: ReadonlySet<string> = new Set(['', 'id', 'retry']);
