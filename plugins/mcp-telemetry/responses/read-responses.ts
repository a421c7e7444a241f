import type { CapturedBody } from '../../shared/captured-body/capture';
import { decodeCapturedBody } from '../../shared/captured-body/decode-captured-body';
import { headerOf, mediaTypeOf, type LogEntry } from '../../shared/telemetry/log-entry';
import { textsIn, type BodyTexts } from './body-texts';
import { ResponseIndex } from './response-index';
import type { RequestId, RpcResponse } from './rpc-response';

/** The JSON-RPC responses in an HTTP response. */
export interface RpcResponses {
  /**
   * The response to the request with this id.
   *
   * @param isOnly true if the HTTP request carried no other request: a response without an id then belongs to this one
   */
  to(id: RequestId, isOnly: boolean): RpcResponse | undefined;
  /** The ids for which there is a response. */
  readonly ids: readonly RequestId[];
  /** True if the whole HTTP response was read: a response that is not there was not sent. */
  readonly complete: boolean;
  /** The form of the HTTP response: `other` is not valid in MCP, `unknown` was not captured or cannot be decoded. */
  readonly form: BodyTexts['form'] | 'unknown';
  /** True if the client can request the rest of the stream by the id of an event (2025-11-25, basic/transports). */
  readonly resumable: boolean;
}

/** The HTTP response was not captured, or its encoding is unknown. */
export const NO_RESPONSES: RpcResponses = {
  to: () => undefined,
  ids: [],
  complete: false,
  form: 'unknown',
  resumable: false,
};

/** Parses the captured HTTP response: JSON, one JSON document per line, or server-sent events. Never rejects. */
export async function readResponses(entry: LogEntry, captured: CapturedBody, maxBytes: number): Promise<RpcResponses> {
  const body = await decodeCapturedBody(captured, headerOf(entry.responseHeaders, 'content-encoding'), maxBytes);
  if (!body) return NO_RESPONSES;
  const { start, end, isCut } = body;
  const last = end ? utf8Of(end) : isCut ? '' : undefined;
  return responsesIn(textsIn(utf8Of(start), last, entry.responseHeaders), isCut);
}

/** What the headers show of an HTTP response that was not captured. */
export const responsesByHead = (entry: LogEntry): RpcResponses =>
  mediaTypeOf(entry.responseHeaders) === 'text/html' ? { ...NO_RESPONSES, form: 'other' } : NO_RESPONSES;

const utf8Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');

function responsesIn({ form, fragments, resumable }: BodyTexts, isCut: boolean): RpcResponses {
  const index = new ResponseIndex();
  for (const fragment of fragments) index.add(fragment);
  const isForeign = form === 'document' && !isCut && !index.hasMessages;
  return {
    to: (id, isOnly) => index.to(id, isOnly),
    ids: index.ids,
    complete: !isCut,
    form: isForeign ? 'other' : form,
    resumable,
  };
}
