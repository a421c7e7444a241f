import type { Headers } from '../../../kong/pdk';
import { memberOf } from '../../shared/json/json-object';
import { mirroredMemberOf } from '../../shared/mcp/call-targets';
import type { Fault } from '../../shared/mcp/json-rpc/fault';
import type { ParsedCall } from '../../shared/mcp/json-rpc/message';
import { HEADER_MISMATCH, httpFault } from '../protocol/fault';
import { decodeHeaderValue } from '../protocol/header-value';

/**
 * Compares `Mcp-Method` and `Mcp-Name` with the body of a stateless message: plugins that route or limit by the headers
 * must see what the server reads from the body. Notifications may omit the headers, but they must not differ.
 */
export function checkMirroredHeaders(message: ParsedCall, headers: Pick<Headers, 'get'>): Fault | undefined {
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
