import type { HttpFacts } from '../facts';
import { httpFault, type Fault } from '../fault';
import type { Rules } from '../rules';

/** The bytes of a POST, if there are not too many; a body that can't be seen whole is never let through. */
export function bodyToJudge({ body }: HttpFacts, { maxBodyBytes }: Rules): Uint8Array | Fault {
  if (body.kind === 'bytes' && body.bytes.length <= maxBodyBytes) return body.bytes;
  return httpFault(413, 'body_too_large', `The body must be at most ${maxBodyBytes} bytes`);
}

/** Only a POST has a body: one that a server ignores is where a smuggled request hides. */
export function checkNoBody({ body, headers }: HttpFacts): Fault | undefined {
  const announced = headers.has('transfer-encoding') || (headers.get('content-length') ?? '0') !== '0';
  const isEmpty = body.kind === 'bytes' ? body.bytes.length === 0 : body.kind === 'failed';
  return isEmpty && !announced ? undefined : httpFault(400, 'unexpected_body', 'Only a POST request may have a body');
}
