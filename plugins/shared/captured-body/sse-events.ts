import { LineSplitter } from './line-splitter';

/** One server-sent event that carries data. */
export interface SseEvent {
  /** The value of its `event` field, `message` where it had none. */
  readonly event: string;
  /** Its `data` lines, joined by LF. */
  readonly data: string;
}

/** Where events go. */
export interface SseConsumer {
  onEvent(event: SseEvent): void;
  /** A line whose field the standard does not know and ignores; some servers write errors there. */
  onOtherLine?(line: string): void;
  /** The rest of a line whose start is missing: mostly the end of an event's data. */
  onPartialLine?(rest: string): void;
  /** Called once for each event that was larger than the bound. */
  onLost(): void;
}

/**
 * Reads server-sent events from chunks of bytes (WHATWG HTML, 9.2 "Server-sent events"), whatever the chunks are.
 *
 * Lines end in LF, CRLF or CR; a byte order mark at the start is dropped. An event whose data is larger than
 * `maxEventBytes` is lost, the next one is not. Never throws.
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
        // A gap that ends where a line begins tears nothing.
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

  /** Bytes are missing here: the event that they tore is dropped. */
  gap(): void {
    this.lines.gap();
    this.clear();
  }

  /** The stream is over. An event without its blank line is given too: a cut stream's last event is worth having. */
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

/** A comment has no name. */
const IGNORED: ReadonlySet<string> = new Set(['', 'id', 'retry']);
