import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { AgentApi, ClientRecord, Dialogue } from '../apis/dialogue';
import { COMMENT, frameOf, mediaTypeOf } from '../apis/frames';

/** Headers of the first answer of the model that clients need. */
export type AnswerHeaders = Readonly<Record<string, string>>;

/** After this silence, in milliseconds, the client is shown that the run goes on. */
const SILENCE_MS = 15_000;

/** Writes one answer: a stream as it comes, or a document at its end. */
export class AnswerWriter {
  private timer: NodeJS.Timeout | undefined;
  private headers: AnswerHeaders = {};

  /** @param signal ends the wait for a client that reads slowly */
  constructor(
    private readonly response: ServerResponse,
    private readonly api: AgentApi,
    private readonly runId: string,
    private readonly signal: AbortSignal,
  ) {}

  /** True if the status was sent. */
  get hasStarted(): boolean {
    return this.response.headersSent;
  }

  /** The head of the answer, when the model has accepted the first request. */
  start(headers: AnswerHeaders, dialogue: Dialogue): void {
    this.headers = headers;
    if (!dialogue.wantsStream) return;
    this.response.writeHead(200, {
      ...this.commonHeaders(),
      'Content-Type': mediaTypeOf(this.api),
      'Cache-Control': 'no-cache',
      'X-Accel-Buffering': 'no',
    });
    // The client sees the status at once, although the first token may be late.
    this.response.flushHeaders();
    this.timer = setInterval(() => {
      const record = dialogue.keepAlive();
      this.response.write(record === 'comment' ? COMMENT : frameOf(this.api, record));
    }, SILENCE_MS);
  }

  /** Sends records, if the client wants a stream. Waits for a client that reads slowly. */
  async write(records: readonly ClientRecord[]): Promise<void> {
    if (records.length === 0 || !this.hasStarted) return;
    this.timer?.refresh();
    const text = records.map((record) => frameOf(this.api, record)).join('');
    if (!this.response.write(text)) await once(this.response, 'drain', { signal: this.signal });
  }

  /** Ends a stream. @param isClean false: without the mark of a complete answer */
  async end(records: readonly ClientRecord[], isClean: boolean): Promise<void> {
    await this.write(records);
    this.stop();
    this.response.end(isClean ? this.api.end : '');
  }

  /** Sends a whole answer. */
  document(body: object): void {
    this.send(200, body);
  }

  /** Sends an error instead of an answer. */
  fail(status: number, message: string, headers: AnswerHeaders = {}): void {
    this.send(status, this.api.errorBody(status, message), headers);
  }

  /** Passes on what the model's route responded. */
  pass(status: number, body: Uint8Array, headers: AnswerHeaders): void {
    this.stop();
    this.response.writeHead(status, { ...this.commonHeaders(), ...headers, 'Content-Length': body.length });
    this.response.end(body);
  }

  /** Ends the signs of life; the connection is gone or the answer is complete. */
  stop(): void {
    clearInterval(this.timer);
  }

  private send(status: number, body: object, headers: AnswerHeaders = {}): void {
    this.stop();
    const text = JSON.stringify(body);
    this.response.writeHead(status, {
      ...this.headers,
      ...this.commonHeaders(),
      ...headers,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(text),
    });
    this.response.end(text);
  }

  private commonHeaders(): AnswerHeaders {
    return { ...this.headers, 'X-Agent-Run': this.runId };
  }
}
