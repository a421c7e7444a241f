import { decide } from '../../../../plugins/mcp-validator/decision/decide';
import type { Revision } from '../../../../plugins/shared/mcp/revisions';
import { MODERN, post, rulesOf } from './request';

type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const memberAt = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), value);

const rules = rulesOf();

/** What the gateway says to the message, sent with the headers that belong to it. */
export function acceptsMessage(message: unknown, revision: Revision): boolean {
  const method = memberAt(message, 'method');
  const name = memberAt(message, 'params', method === 'resources/read' ? 'uri' : 'name');
  const facts = post(JSON.stringify(message), {
    'mcp-protocol-version': revision,
    ...(revision === MODERN && {
      'mcp-method': typeof method === 'string' ? method : undefined,
      'mcp-name': typeof name === 'string' ? name : undefined,
    }),
  });
  return decide(facts, rules).kind === 'pass';
}
