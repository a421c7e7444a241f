import type { Headers } from '../../../kong/pdk';
import { memberOf } from '../../shared/json/json-object';
import { mirroredMemberOf } from '../../shared/mcp/call-targets';
import { type ParsedNotification, type ParsedRequest } from '../../shared/mcp/json-rpc/message';
import { HEADER_MISMATCH, httpFault, type Fault } from '../protocol/fault';
import { decodeHeaderValue } from '../protocol/header-value';

/**
 * `Mcp-Method` and `Mcp-Name` against the body of a stateless message: what routes and limits by the headers must see
 * what the server does by the body. Notifications need not carry them, but may not lie either.
 */
export function checkMirroredHeaders(
  message: ParsedRequest | ParsedNotification,
  headers: Pick<Headers, 'get'>,
): Fault | undefined {
  const isRequest = message.kind === 'request';
  const method = headers.get('mcp-method');
  if (method === undefined ? isRequest : method !== message.method) return mismatch('Mcp-Method', method, '/method');
  const source = mirroredMemberOf(message.method);
  const name = headers.get('mcp-name');
  if (source === undefined || (name === undefined && !isRequest)) return undefined;
  const target = memberOf(message.params ?? {}, source);
  if (typeof target !== 'string')
    return name === undefined ? undefined : mismatch('Mcp-Name', name, `/params/${source}`);
  return name !== undefined && decodeHeaderValue(name) === target
    ? undefined
    : mismatch('Mcp-Name', name, `/params/${source}`);
}

function mismatch(header: string, value: string | undefined, pointer: string): Fault {
  const problem = value === undefined ? 'is missing' : `differs from ${pointer}`;
  return httpFault(400, 'header_mismatch', `Header mismatch: ${header} ${problem}`, HEADER_MISMATCH);
}
