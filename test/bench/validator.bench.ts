/**
 * How long the validator takes to check a body, compared with JSON.parse and JSON.parse + one ajv run of the same bytes.
 *
 * Prints a table of CPU times. A plain program: no thresholds, since machines differ.
 */
import { Ajv } from 'ajv';
import { Headers } from '../../kong/pdk';
import { readConfig } from '../../kong/pdk/read-config';
import { decide } from '../../plugins/mcp-validator/decision/decide';
import { AJV_OPTIONS } from '../../plugins/mcp-validator/json-schema/schema-error';
import { schemasOf } from '../../plugins/mcp-validator/params/schemas';
import { compileRules, type Rules } from '../../plugins/mcp-validator/rules';
import { fields } from '../../plugins/mcp-validator/schema';

const MIN_ROUND_US = 200_000;
const MIB = 1_048_576;

const plainRules = compileRules(readConfig(fields, {}));
const headers = Headers.from({ 'content-type': 'application/json', accept: 'application/json, text/event-stream' });
const toolsCall = schemasOf('2025-03-26').requests.get('tools/call');
const validate = new Ajv(AJV_OPTIONS).compile(toolsCall?.schema ?? {});

const call = (args: string, id = 1): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"search","arguments":${args}}}`;
const range = (length: number, make: (i: number) => string): string => Array.from({ length }, (_, i) => make(i)).join();
const object = (members: string): string => `{${members}}`;
const typical = call(
  '{"query":"the quick brown fox jumps over the lazy dog","limit":10,"filters":{"language":"en","since":"2026-01-01","tags":["a","b","c"],"exact":false},"cursor":null,"sort":[{"by":"date","order":"desc"}]}',
);

/** Index keys whose unseeded hashes collide in V8. */
const colliding = (i: number): string => String(i * 65_536 + 7);

const rulesWith = (properties: object) => {
  const search = JSON.stringify({ type: 'object', properties });
  return compileRules(readConfig(fields, { tools: { schemas: { search } } }));
};
const text = { type: 'string' };
const searchRules = rulesWith({
  query: { ...text, minLength: 1 },
  limit: { type: 'integer', minimum: 1, maximum: 100 },
  filters: {
    type: 'object',
    properties: { language: { enum: ['en', 'de'] }, since: text, tags: { type: 'array', items: text } },
  },
  sort: { type: 'array', items: { type: 'object', properties: { by: text, order: { enum: ['asc', 'desc'] } } } },
});

/** Bodies that are also checked with a tool's schema. */
const checkedBySchema: readonly (readonly [name: string, body: string, rules: Rules])[] = [
  ['schema: typical call', typical, searchRules],
  [
    'schema: a pattern, within its budget',
    call(`{"q":"${'a'.repeat(250_000)}"}`),
    rulesWith({ q: { ...text, pattern: '^(a+)+$' } }),
  ],
  [
    'schema: a pattern on too much text',
    call(`{"q":"${'a'.repeat(4_000_000)}"}`),
    rulesWith({ q: { ...text, pattern: '^(a+)+$' } }),
  ],
  [
    'schema: unique items',
    call(`{"q":[${range(40_000, (i) => `{"n":${i}}`)}]}`),
    rulesWith({ q: { type: 'array', uniqueItems: true } }),
  ],
  [
    'schema: 12 alternatives of 90 000',
    call(`{"q":[${range(90_000, String)}]}`),
    rulesWith({ q: { items: { anyOf: Array.from({ length: 12 }, (_, i) => ({ const: -i })) } } }),
  ],
];

const bodies: readonly (readonly [name: string, body: string])[] = [
  ['typical call', typical],
  ['10 kB call', call(`{"text":"${'lorem ipsum '.repeat(850)}"}`)],
  ['1 MiB call, text', call(`{"text":"${'lorem ipsum '.repeat(MIB / 12)}"}`)],
  [
    '1 MiB call, rows',
    call(
      `{"rows":[${range(3300, (i) => `{"id":${i},"name":"row ${i}","tags":["x","y"],"note":"${'n'.repeat(250)}"}`)}]}`,
    ),
  ],
  ['batch of 100', `[${range(100, (i) => call('{"a":1,"b":[2,3]}', i))}]`],
  ['deep, rejected', '['.repeat(4 * MIB)],
  ['deep, 64 levels, repeated', call(object(range(1500, (i) => `"k${i}":${'['.repeat(60)}${']'.repeat(60)}`)))],
  ['wide: 99 000 numbers', call(object(`"a":[${range(98_990, (i) => String(i))}]`))],
  ['wide: 99 000 short keys', call(object(range(98_990, (i) => `"${i.toString(36)}":0`)))],
  [
    '99 000 colliding keys',
    call(object(range(98_990, (i) => `"${colliding(i % 65_000)}${i >= 65_000 ? 'x' : ''}":0`))),
  ],
  [
    '12 keys in 8000 objects',
    call(object(`"a":[${range(7500, () => object(range(12, (i) => `"${'k'.repeat(20)}${i}":0`)))}]`)),
  ],
  ['250 keys of 16 kB', call(object(range(250, (i) => `"${'k'.repeat(16_500)}${i}":0`)))],
  ['12 keys of 350 kB', call(object(range(12, (i) => `"${'k'.repeat(340_000)}${i + 10}":0`)))],
  ['escaped keys', call(object(range(60_000, (i) => `"\\u0061${i}":0`)))],
  ['escaped text, 4 MiB', call(`{"t":"${'\\ud83d\\ude00'.repeat(340_000)}"}`)],
  ['blanks, 4 MiB', `${' '.repeat(4 * MIB - 400)}${typical}`],
  ['long number, 4 MiB', call(`{"n":${'9'.repeat(300)}.${'1'.repeat(4 * MIB - 1000)}}`)],
  ['exponents', call(`{"n":[${range(99_000, () => '1e-300')}]}`)],
  [
    'folded members',
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x",${range(90_000, (i) => `"Names${i}":0`)}}}`,
  ],
  [
    'malformed _meta keys',
    `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{${range(90_000, (i) => `"a.b.c-${i}-":0`)}}}}`,
  ],
];

/** CPU time of one run in microseconds: other programs on the machine do not count. The first rounds warm up. */
function time(work: () => void): number {
  for (let runs = 1; ; runs *= 2) {
    const start = process.cpuUsage();
    for (let i = 0; i < runs; i++) work();
    const { user, system } = process.cpuUsage(start);
    if (user + system > MIN_ROUND_US) return (user + system) / runs;
  }
}

function measure(name: string, body: string, rules = plainRules): Record<string, string | number> {
  const bytes = Buffer.from(body);
  const facts = {
    method: 'POST',
    path: '/mcp',
    headers,
    headersTruncated: false,
    body: { kind: 'bytes', bytes } as const,
  };
  const decision = decide(facts, rules);
  const decided = time(() => decide(facts, rules));
  const parsed = time(() => parseOrNothing(bytes));
  const checked = time(() => {
    const value = parseOrNothing(bytes) as { params?: unknown } | undefined;
    if (value?.params) validate(value.params);
  });
  return {
    body: name,
    bytes: bytes.length,
    decision: decision.kind === 'pass' ? 'pass' : decision.response.reason,
    'decide us': round(decided),
    'messages/s': Math.round(1e6 / decided),
    'ns/byte': round((decided * 1000) / bytes.length),
    'x JSON.parse': round(decided / parsed),
    'x JSON.parse + ajv': round(decided / checked),
  };
}

function parseOrNothing(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

const round = (value: number): number => Number(value.toPrecision(3));

// The first measurement warms the code up.
measure('warm-up', typical);
console.table([
  ...bodies.map(([name, body]) => measure(name, body)),
  ...checkedBySchema.map(([name, body, rules]) => measure(name, body, rules)),
]);
