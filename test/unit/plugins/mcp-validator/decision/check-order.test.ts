import { decide } from '../../../../../plugins/mcp-validator/decision/decide';
import { factsOf, JSON_HEADERS, MODERN, modernMeta, rulesOf } from '../request';

/** A request in its parts, so that each check can spoil one. */
interface Draft {
  verb: string;
  headers: Record<string, string | string[] | undefined>;
  message: { jsonrpc: string; id: number; method: string };
  params: { name: string; arguments: unknown; _meta: Record<string, unknown> };
  suffix: string;
}

const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';
const CAPABILITIES_KEY = 'io.modelcontextprotocol/clientCapabilities';

const schema = JSON.stringify({
  type: 'object',
  properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, limit: { type: 'integer' } },
});
const MAX_BODY_BYTES = 1000;
const rules = rulesOf({
  max_body_bytes: MAX_BODY_BYTES,
  tools: { deny: ['rm'], schemas: { deploy: schema, rm: schema } },
});

/** The checks from the first to the last: the reason of the rejection, and what makes a request fail there. */
const checks: readonly (readonly [reason: string, spoil: (draft: Draft) => void])[] = [
  ['method_not_allowed', (draft) => (draft.verb = 'PUT')],
  ['origin_not_allowed', ({ headers }) => (headers['origin'] = 'https://evil.com')],
  ['duplicate_header', ({ headers }) => (headers['last-event-id'] = ['1', '2'])],
  ['unsupported_media_type', ({ headers }) => (headers['content-type'] = 'text/plain')],
  ['unsupported_encoding', ({ headers }) => (headers['content-encoding'] = 'gzip')],
  ['not_acceptable', ({ headers }) => (headers['accept'] = 'text/html')],
  ['body_too_large', (draft) => (draft.suffix += ' '.repeat(MAX_BODY_BYTES))],
  ['invalid_json', (draft) => (draft.suffix += '}')],
  ['invalid_jsonrpc', ({ message }) => (message.jsonrpc = '1.0')],
  ['invalid_meta', ({ params }) => Reflect.deleteProperty(params._meta, CAPABILITIES_KEY)],
  ['version_mismatch', ({ headers }) => (headers['mcp-protocol-version'] = '2025-11-25')],
  [
    'unsupported_version',
    ({ headers, params }) => (headers['mcp-protocol-version'] = params._meta[VERSION_KEY] = '2027-01-01'),
  ],
  ['header_mismatch', ({ headers }) => (headers['mcp-method'] = 'tools/list')],
  ['method_not_in_revision', ({ message, headers }) => (message.method = headers['mcp-method'] = 'logging/setLevel')],
  ['invalid_params', ({ params }) => (params.arguments = 5)],
  ['tool_denied', ({ params, headers }) => (params.name = headers['mcp-name'] = 'rm')],
  ['param_header_mismatch', ({ headers }) => (headers['mcp-param-region'] = 'us')],
  ['invalid_arguments', ({ params }) => (params.arguments = { region: 'eu', limit: 'x' })],
];

/** Spoils a good request at some checks, the later ones first: what an earlier one spoils stays spoilt. */
function reasonFor(spoilt: readonly number[]): string {
  const draft: Draft = {
    verb: 'POST',
    headers: {
      ...JSON_HEADERS,
      'mcp-protocol-version': MODERN,
      'mcp-method': 'tools/call',
      'mcp-name': 'deploy',
      'mcp-param-region': 'eu',
    },
    message: { jsonrpc: '2.0', id: 1, method: 'tools/call' },
    params: { name: 'deploy', arguments: { region: 'eu', limit: 1 }, _meta: modernMeta() as Record<string, unknown> },
    suffix: '',
  };
  for (const index of [...spoilt].sort((a, b) => b - a)) checks[index]![1](draft);
  const { verb, headers, message, params, suffix } = draft;
  const decision = decide(factsOf(verb, headers, JSON.stringify({ ...message, params }) + suffix), rules);
  return decision.kind === 'pass' ? 'pass' : decision.response.reason;
}

it('a request that fails nowhere passes', () => {
  expect(reasonFor([])).toBe('pass');
});

it.each(checks.map(([reason], index) => [reason, index] as const))('%s', (reason, index) => {
  expect(reasonFor([index])).toBe(reason);
});

it.each(checks.slice(0, -1).map(([reason], index) => [reason, index] as const))(
  '%s comes before every later check',
  (reason, index) => {
    for (let later = index + 1; later < checks.length; later++) {
      expect([checks[later]![0], reasonFor([index, later])]).toEqual([checks[later]![0], reason]);
    }
    expect(reasonFor(Array.from({ length: checks.length - index }, (_, i) => index + i))).toBe(reason);
  },
);
