import { httpFault, type Fault } from '../protocol/fault';
import type { HttpFacts } from '../protocol/http-facts';
import type { Rules } from '../rules';

/** The bytes of a POST, if there are not too many; a body that can't be seen whole is never let through. */
export function bodyToJudge({ body }: HttpFacts, { maxBodyBytes }: Rules): Uint8Array | Fault {
  if (body.kind === 'bytes' && body.bytes.length <= maxBodyBytes) return body.bytes;
  return httpFault(413, 'body_too_large', `The body must be at most ${maxBodyBytes} bytes`);
}

/** Do the headers speak of a body? */
export const announcesBody = ({ headers }: HttpFacts): boolean =>
  headers.has('transfer-encoding') || (headers.get('content-length') ?? '0') !== '0';

/** Only a POST has a body: one that a server ignores is where a smuggled request hides. */
export function checkNoBody(facts: HttpFacts): Fault | undefined {
  const { body } = facts;
  const isEmpty = body.kind === 'bytes' ? body.bytes.length === 0 : body.kind === 'failed';
  return isEmpty && !announcesBody(facts)
    ? undefined
    : httpFault(400, 'unexpected_body', 'Only a POST request may have a body');
}
