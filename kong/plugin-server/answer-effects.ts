import type { PdkEffect, ResponseHeaders } from '../pdk';
import type { AnswerChange, AnswerHeaders } from './answer-change';
import { shareHeld, type Held } from './held-answers';

/** An answer that Kong holds. */
export interface HeldAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly held: Held;
}

/**
 * Gives the client the changed answer. Kong runs no response phase after it.
 *
 * @param body what the client gets if the change leaves the body as it is
 */
export function exitEffects(
  { status, headers, held }: HeldAnswer,
  change: AnswerChange,
  body: Uint8Array,
): PdkEffect[] {
  return [
    ...(held.passed_on ? [shareHeld(withoutPassedOn(held))] : []),
    ...clearEffects(headers, change),
    {
      method: 'kong.response.exit',
      status: change.status ?? status,
      headers: headersOf(change),
      body: change.body ?? body,
    },
  ];
}

/** Lets the client have Kong's answer with other headers. */
export function headerEffects({ headers }: HeldAnswer, change: AnswerChange): PdkEffect[] {
  const set = headersOf(change);
  return [
    ...clearEffects(headers, change),
    ...(Object.keys(set).length > 0 ? [{ method: 'kong.response.set_headers' as const, headers: set }] : []),
  ];
}

/** Changes the answer for the next plugin that holds it: an exit would keep Kong from running that one's response phase. */
export function passOnEffects(answer: HeldAnswer, change: AnswerChange, body: Uint8Array): PdkEffect[] {
  const length = { 'Content-Length': String(body.length) };
  return [
    shareHeld({ ...answer.held, passed_on: true }),
    ...clearEffects(answer.headers, change),
    { method: 'kong.response.set_headers', headers: { ...headersOf(change), ...length } },
    ...(change.status === undefined ? [] : [{ method: 'kong.response.set_status' as const, status: change.status }]),
    { method: 'kong.nginx.set_ctx', key: 'buffered_body', value: body },
  ];
}

const clearEffects = (headers: AnswerHeaders, { remove }: AnswerChange): PdkEffect[] =>
  [...remove].filter((name) => name in headers).map((name) => ({ method: 'kong.response.clear_header', name }));

const headersOf = ({ set }: AnswerChange): ResponseHeaders => Object.fromEntries(set.values());

const withoutPassedOn = ({ by, status, failure }: Held): Held => ({ by, status, failure });
