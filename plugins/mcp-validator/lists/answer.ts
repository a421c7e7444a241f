import type { AskedRequest } from './asked-requests';
import { judgeHttpError } from './http-error';
import type { JudgedBody } from './judge-body';
import { decodeAnswer, mediaTypeOf } from './read-answer';
import { accept, failure, keep, withoutEffects, type AnswerOutcome, type HeldAnswer, type Verdict } from './verdict';

/** How held responses are judged. */
export interface AnswerRules {
  /** `report`: the client gets the response of the server in any case. */
  readonly mode: 'enforce' | 'report';
  /** The longest body, before and after decoding. */
  readonly maxBytes: number;
  /** True for a request whose response must not be forwarded unchecked. */
  readonly mustCheck: (request: AskedRequest) => boolean;
  /** Judges a decoded body; undefined if it cannot be understood. */
  readonly judge: (bytes: Buffer, isEventStream: boolean) => JudgedBody | undefined | Promise<JudgedBody | undefined>;
}

/**
 * Judges a held response: what the client must not see is cut out, and what cannot be checked is replaced by a JSON-RPC
 * error. Works off the event loop where it decodes. Never rejects unless `rules.judge` does.
 */
export async function judgeAnswer(answer: HeldAnswer, rules: AnswerRules): Promise<Verdict> {
  const verdict = await decide(answer, rules);
  return rules.mode === 'enforce' ? verdict : withoutEffects(verdict);
}

async function decide(answer: HeldAnswer, { maxBytes, mustCheck, judge }: AnswerRules): Promise<Verdict> {
  const { requests, status, headers, body } = answer;
  const isBinding = requests.some(mustCheck);
  const isAccepted = status === 202 || status === 204;
  const unchecked = (outcome: AnswerOutcome): Verdict => {
    // The server sends the responses on another stream (2024-11-05, basic/transports).
    const what = isAccepted ? 'elsewhere' : outcome;
    return isBinding ? failure(answer, what) : keep(answer, what);
  };
  if (status >= 400 && !isBinding) return keep(answer, 'http_error');
  if (body.kind === 'too_long') return status >= 400 ? httpError(answer, undefined) : unchecked('too_long');
  if (isAccepted && body.bytes.length === 0) return keep(answer, 'elsewhere');
  const decoded = await decodeAnswer(body.bytes, headers, maxBytes);
  if (status >= 400) return httpError(answer, decoded.kind === 'bytes' ? decoded.bytes : undefined);
  if (decoded.kind !== 'bytes') return unchecked(decoded.kind);
  const mediaType = mediaTypeOf(headers);
  const isEventStream = mediaType === 'text/event-stream';
  if (status < 200 || status >= 300 || !(isEventStream || mediaType === 'application/json')) {
    return unchecked('unreadable');
  }
  const judged = await judge(decoded.bytes, isEventStream);
  return judged ? accept(answer, judged, decoded.isEncoded) : unchecked('unreadable');
}

function httpError(answer: HeldAnswer, bytes: Buffer | undefined): Verdict {
  // The status and its headers keep their meaning: a lost session, a demand for authentication.
  return judgeHttpError(bytes) === 'keep'
    ? keep(answer, 'http_error')
    : { ...failure(answer, 'http_error'), status: answer.status };
}
