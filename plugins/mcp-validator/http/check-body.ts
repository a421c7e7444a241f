import type { Fault } from '../../shared/mcp/json-rpc/fault';
import { httpFault } from '../protocol/fault';
import type { HttpFacts } from '../protocol/http-facts';
import type { HttpRules } from './http-rules';

/** The bytes of the body of a POST. A body that is too large or cannot be read whole is rejected. */
export function bodyBytes({ body }: HttpFacts, { maxBodyBytes }: Pick<HttpRules, 'maxBodyBytes'>): Uint8Array | Fault {
  if (body.kind === 'bytes' && body.bytes.length <= maxBodyBytes) return body.bytes;
  return httpFault(413, 'body_too_large', `The body must be at most ${maxBodyBytes} bytes`);
}

/** True if the headers announce a body. */
export const announcesBody = ({ headers }: HttpFacts): boolean =>
  headers.has('transfer-encoding') || (headers.get('content-length') ?? '0') !== '0';

/** Only a POST may have a body: a body that a server ignores could hide a second request. */
export function checkNoBody(facts: HttpFacts): Fault | undefined {
  const { body } = facts;
  const isEmpty = body.kind === 'bytes' ? body.bytes.length === 0 : body.kind === 'failed';
  return isEmpty && !announcesBody(facts)
    ? undefined
    : httpFault(400, 'unexpected_body', 'Only a POST request may have a body');
}
