import { LineSplitter } from '../../shared/captured-body/line-splitter';
import { SseEvents } from '../../shared/captured-body/sse-events';
import { isJsonObject, type JsonObject } from '../../shared/json/json-object';
import { parseJson } from '../../shared/json/lenient-json';

/** Receives the records of a stream. */
type OnRecord = (record: JsonObject, event: string) => void;

/** Reads the stream of a model in chunks of bytes, independent of where they are cut. Never throws by itself. */
export class StreamRecords {
  private readonly splitter: LineSplitter | SseEvents;
  private bytes = 0;
  private isLost = false;

  /** @param maxBytes of the whole stream */
  constructor(
    framing: 'ndjson' | 'sse',
    private readonly maxBytes: number,
    onRecord: OnRecord,
  ) {
    const take = (text: string, event: string): void => {
      const record = parseJson(text);
      if (isJsonObject(record)) onRecord(record, event);
      else if (text.trim() !== '' && text.trim() !== '[DONE]') this.isLost = true;
    };
    const onLost = (): void => {
      this.isLost = true;
    };
    this.splitter =
      framing === 'ndjson'
        ? new LineSplitter(maxBytes, {
            onLine: (line) => {
              take(line, '');
            },
            onLost,
          })
        : new SseEvents(maxBytes, {
            onEvent: ({ event, data }) => {
              take(data, event);
            },
            onLost,
          });
  }

  /** False if the stream is longer than its bound, or contains something that is not a record: stop reading. */
  push(chunk: Uint8Array): boolean {
    this.bytes += chunk.length;
    if (this.bytes <= this.maxBytes) this.splitter.push(chunk);
    return !this.isTooLong && !this.isLost;
  }

  /** Ends the stream; false as in {@link push}. */
  end(): boolean {
    if (!this.isTooLong) this.splitter.end();
    return !this.isTooLong && !this.isLost;
  }

  get isTooLong(): boolean {
    return this.bytes > this.maxBytes;
  }
}
