import type { AgentApi, ClientRecord, Dialogue, Turn } from '../apis/dialogue';
import { StreamRecords } from '../apis/stream-records';
import { headerOf, readBody, type GatewayResponse, type ResponseHeaders } from '../mcp/post';
import type { AnswerHeaders } from './answer-writer';

/** A response of the model's route that is not an answer of the model. */
export interface Refusal {
  readonly status: number;
  readonly body: Uint8Array;
  readonly headers: AnswerHeaders;
}

/** How the stream of one answer ended. */
export type TurnRead = { readonly kind: 'turn'; readonly turn: Turn } | { readonly kind: 'too_long' };

/** The longest error body that is passed on. */
const MAX_ERROR_BYTES = 1024 * 1024;

/** Headers of a response that clients of an LLM use. */
const PASSED = /^(?:x-ratelimit-.*|ratelimit-.*|retry-after|openai-processing-ms|request-id|x-should-retry)$/;

/** The headers of the model's response that the client receives. */
export function passedHeaders(headers: ResponseHeaders): AnswerHeaders {
  const passed: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headerOf(headers, name);
    if (PASSED.test(name) && value !== undefined) passed[name] = value;
  }
  return passed;
}

/** Reads a response with a status that is not successful. */
export async function readRefusal({ status, headers, body }: GatewayResponse): Promise<Refusal> {
  const bytes = (await readBody(body, MAX_ERROR_BYTES)) ?? Buffer.alloc(0);
  const type = headerOf(headers, 'content-type');
  return {
    status,
    body: bytes,
    headers: { ...passedHeaders(headers), ...(type !== undefined && { 'Content-Type': type }) },
  };
}

/**
 * Reads the stream of one answer; the client receives its part of it as it comes.
 *
 * @throws when the connection breaks, the model is silent for too long, or the run ends
 */
export async function readTurn(
  api: AgentApi,
  dialogue: Dialogue,
  { body }: GatewayResponse,
  maxBytes: number,
  show: (records: readonly ClientRecord[]) => Promise<void>,
): Promise<TurnRead> {
  let records: ClientRecord[] = [];
  const stream = new StreamRecords(api.framing, maxBytes, (record, event) => {
    records.push(...dialogue.read(record, event));
  });
  let isReadable = true;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    isReadable = stream.push(chunk);
    const ready = records;
    records = [];
    await show(ready);
    if (!isReadable) break;
  }
  body.destroy();
  if (isReadable) isReadable = stream.end();
  await show(records);
  if (stream.isTooLong) return { kind: 'too_long' };
  const turn = dialogue.endTurn();
  if (isReadable || turn.error !== undefined) return { kind: 'turn', turn };
  return { kind: 'turn', turn: { ...turn, error: 'the stream of the model is not readable' } };
}
