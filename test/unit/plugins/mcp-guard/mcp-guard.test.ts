import fc from 'fast-check';
import { configuredParts, Metrics, type Plugin } from '../../../../kong/pdk';
import { phaseNeedsOf } from '../../../../kong/pdk/phase-needs';
import { readConfig } from '../../../../kong/pdk/read-config';
import { hasResponsePhase, type Configuration, type PreparedPart } from '../../../../kong/plugin-server/configurations';
import { planOf } from '../../../../kong/plugin-server/event-plan';
import { silentLog } from '../../../../kong/testkit/silent-log';
import { mcpAuth } from '../../../../plugins/mcp-auth';
import { mcpGuard } from '../../../../plugins/mcp-guard';
import { mcpToolRateLimit } from '../../../../plugins/mcp-tool-rate-limit';
import { mcpValidator } from '../../../../plugins/mcp-validator';
import { ISSUER, jwksOf, RESOURCE, signingKey, tokenOf } from '../../../support/access-tokens';
import { byPriority, KongRequest, type SentRequest } from '../../../support/kong-request';

const SEPARATE = byPriority([mcpAuth, mcpValidator, mcpToolRateLimit]);

async function prepare(plugin: Plugin, config: object, metrics: Metrics): Promise<Configuration> {
  const resources = { metrics, log: silentLog, now: Date.now, env: {}, scope: { serviceId: 's' } };
  const parts: PreparedPart[] = [];
  for (const part of configuredParts(plugin, readConfig(plugin.fields, config as Record<string, unknown>))) {
    const needs = phaseNeedsOf(part.plugin, part.config);
    parts.push({ plugin: part.plugin, needs, state: await part.plugin.prepare(part.config as never, resources) });
  }
  return { plugin, parts, isBoundToService: false, isHoldable: hasResponsePhase(plugin), isHeldBefore: () => false };
}

const validator = fc.record(
  {
    mode: fc.constantFrom('enforce', 'report'),
    allow_batch: fc.constantFrom('auto', 'never'),
    tools: fc.constant({ deny: ['secret*'] }),
  },
  { requiredKeys: ['mode'] },
);
const limiter = fc.record({
  rules: fc.constantFrom(
    [{ windows: [{ limit: 2, window_seconds: 60 }] }],
    [{ limit_by: ['mcp-session'], windows: [{ limit: 1, window_seconds: 60 }], report: true }],
    [{ limit_by: ['credential'], windows: [{ limit: 1, window_seconds: 60 }] }],
    [{ limit_by: ['consumer', 'ip'], name: 'add', windows: [{ limit: 1, window_seconds: 60, burst: 1 }] }],
  ),
  require_valid: fc.boolean(),
});

const key = signingKey('k1');
const auth = fc.record({
  resource: fc.constant(RESOURCE),
  issuers: fc.constant([{ issuer: ISSUER, discovery: false, jwks: JSON.stringify(jwksOf(key)) }]),
  mode: fc.constantFrom('enforce', 'enforce', 'report'),
  unauthenticated: fc.constantFrom('reject', 'pass'),
  consumer_claim: fc.constant('/name'),
  upstream: fc.constantFrom({}, { mode: 'keep' }),
});
const authorization = fc.constantFrom(
  {},
  { authorization: 'Bearer bad', 'x-consumer-id': 'forged' },
  { authorization: `Bearer ${tokenOf(key, Date.now())}`, 'x-mcp-principal': 'forged' },
  { authorization: `Bearer ${tokenOf(key, Date.now(), { name: 'ann', sub: 'ann' })}` },
);

const MODERN = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
const call = (id: number, name: string, meta?: object) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: { a: 1 }, ...(meta && { _meta: meta }) },
});
const body = fc.oneof(
  fc.constantFrom('add', 'secret', 'other').map((name) => JSON.stringify(call(1, name))),
  fc.constantFrom('add', 'other').map((name) => JSON.stringify(call(1, name, MODERN))),
  fc.constant(JSON.stringify([call(1, 'add'), call(2, 'other')])),
  fc.constantFrom('', 'not json', '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', '{"jsonrpc":"2.0","method":"x"}'),
);
const request: fc.Arbitrary<SentRequest> = fc.record({
  method: fc.constantFrom('POST', 'POST', 'POST', 'GET', 'PUT'),
  path: fc.constantFrom('/mcp', '/health'),
  headers: fc
    .tuple(
      authorization,
      fc.constantFrom<SentRequest['headers']>(
        { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-session-id': 's1',
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': 'tools/call',
          'mcp-name': 'add',
        },
        { 'content-type': 'text/plain', origin: 'https://evil.example' },
      ),
    )
    .map(([own, others]): SentRequest['headers'] => ({ ...others, ...own })),
  body,
});

const sections = fc.record(
  { 'mcp-auth': auth, 'mcp-validator': validator, 'mcp-tool-rate-limit': limiter },
  { requiredKeys: [] },
) as fc.Arbitrary<Readonly<Record<string, object>>>;

/** All series but those of durations. */
const countsIn = async ({ registry }: Metrics): Promise<string[]> =>
  (await registry.metrics()).split('\n').filter((line) => !line.includes('_seconds'));

it('mcp-guard answers, shares, changes and counts what its plugins do one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(sections, fc.array(request, { minLength: 1, maxLength: 4 }), async (config, requests) => {
      const [one, other] = [new Metrics(), new Metrics()];
      const guard = await prepare(mcpGuard, config, one);
      const separate = await Promise.all(
        SEPARATE.filter(({ name }) => config[name] !== undefined).map((plugin) =>
          prepare(plugin, config[plugin.name]!, other),
        ),
      );
      for (const sent of requests) {
        const [composed, inRow] = [new KongRequest(sent), new KongRequest(sent)];
        await composed.runAccess(guard);
        for (const configuration of separate) await inRow.runAccess(configuration);
        expect(composed.state).toEqual(inRow.state);
      }
      expect(await countsIn(one)).toEqual(await countsIn(other));
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 75) },
  );
});

it('asks Kong for each fact once, and for those alone that the configuration uses', async () => {
  const config = {
    'mcp-validator': {},
    'mcp-tool-rate-limit': { rules: [{ windows: [{ limit: 9, window_seconds: 9 }] }] },
  };
  const guard = await prepare(mcpGuard, config, new Metrics());
  expect(planOf(guard, 'access').batch.reads.map(({ method }) => method)).toEqual([
    'kong.request.get_method',
    'kong.nginx.get_var',
    'kong.request.get_headers',
    'kong.request.get_raw_body',
    'kong.client.get_consumer',
    'kong.client.get_forwarded_ip',
    'kong.router.get_service',
  ]);
});
