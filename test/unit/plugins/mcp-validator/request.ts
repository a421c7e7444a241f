import { Headers, type RawBody } from '../../../../kong/pdk';
import { readConfig } from '../../../../kong/pdk/read-config';
import { decide } from '../../../../plugins/mcp-validator/decision/decide';
import type { Pass, Decision } from '../../../../plugins/mcp-validator/decision/decision';
import type { HttpFacts } from '../../../../plugins/mcp-validator/protocol/http-facts';
import { compileRules, type Rules } from '../../../../plugins/mcp-validator/rules';
import { fields } from '../../../../plugins/mcp-validator/schema';

/** The rules of a configuration as Kong would send it. */
export const rulesOf = (config: Record<string, unknown> = {}): Rules => compileRules(readConfig(fields, config));

const defaultRules = rulesOf();

type HeaderValues = Record<string, string | readonly string[] | undefined>;

/** The facts of a request; a header that is set to undefined is left out. */
export function factsOf(method: string, headers: HeaderValues, body: string | Uint8Array | RawBody): HttpFacts {
  const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  return {
    method,
    path: '/mcp',
    headers: Headers.from(given),
    headersTruncated: false,
    body: typeof body === 'string' || body instanceof Uint8Array ? { kind: 'bytes', bytes: Buffer.from(body) } : body,
  };
}

export const JSON_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

/** What a GET that opens a stream needs. */
export const STREAM_HEADERS = { accept: 'text/event-stream' };

/** A POST with the usual headers and a JSON body; text goes as it stands. */
export function post(body: unknown, headers: HeaderValues = {}): HttpFacts {
  const raw = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  return factsOf('POST', { ...JSON_HEADERS, ...headers }, raw);
}

export const request = (method: string, params?: object, id: unknown = 1): object => ({
  jsonrpc: '2.0',
  id,
  method,
  ...(params && { params }),
});

export const ping = request('ping');

export const initialize = (protocolVersion: string): object =>
  request('initialize', { protocolVersion, capabilities: {}, clientInfo: { name: 'c', version: '1' } });

/** The revisions whose clients have sessions. */
export const LEGACY = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];

/** The revision whose requests are stateless. */
export const MODERN = '2026-07-28';

export const ONLY_MODERN = { revisions: [MODERN] };

export const versionHeader = (version: string) => ({ 'mcp-protocol-version': version });

/** `_meta` of a stateless request. */
export const modernMeta = (more: object = {}): object => ({
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': {},
  ...more,
});

/** A stateless request with the headers that mirror it. */
export function modernPost(
  method: string,
  params: Record<string, unknown> = {},
  headers: HeaderValues = {},
): HttpFacts {
  const { _meta = modernMeta(), ...rest } = params;
  const name = params['name'] ?? params['uri'] ?? params['taskId'];
  return post(request(method, { ...rest, ...(_meta !== null && { _meta }) }), {
    'mcp-protocol-version': MODERN,
    'mcp-method': method,
    'mcp-name': typeof name === 'string' ? name : undefined,
    ...headers,
  });
}

/** A rejection, as a test states it. */
export interface Answer {
  readonly status: number;
  readonly code: number;
  readonly id: unknown;
  readonly message: string;
  readonly reason: string;
  readonly data?: unknown;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

export const decideWith = (facts: HttpFacts, config: Record<string, unknown> = {}): Decision =>
  decide(facts, Object.keys(config).length === 0 ? defaultRules : rulesOf(config));

/** The answer to a request that must be rejected. */
export function answerOf(facts: HttpFacts, config: Record<string, unknown> = {}): Answer {
  const decision = decideWith(facts, config);
  if (decision.kind === 'pass') throw new Error('the request passed');
  const { status, body, reason, headers } = decision.response;
  const { id, error } = JSON.parse(body) as { id: unknown; error: { code: number; message: string; data?: unknown } };
  return { status, reason, headers, id, ...error };
}

/** The decision on a request that must pass. */
export function passOf(facts: HttpFacts, config: Record<string, unknown> = {}): Pass {
  const decision = decideWith(facts, config);
  if (decision.kind === 'reject') throw new Error(`rejected: ${decision.response.reason} ${decision.response.body}`);
  return decision;
}
