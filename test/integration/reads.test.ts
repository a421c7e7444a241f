import { servePlugins, type ServedPlugins } from '../../kong/testkit/serve-plugins';
import { plugins } from '../../plugins';
import { configOf, KongWorker } from '../support/kong-worker';

/** Every fact costs Kong two system calls: what the plugins ask for under typical configurations, on the socket. */

let served: ServedPlugins;
beforeAll(async () => {
  served = await servePlugins(plugins);
});
afterAll(() => served.stop());

const METHOD = 'kong.request.get_method';
const PATH = 'kong.nginx.get_var upstream_uri';
const HEADERS = 'kong.request.get_headers 1000';
const BODY = 'kong.request.get_raw_body';
const SUMMARY = 'kong.ctx.shared.get mcp';
const CONSUMER = 'kong.client.get_consumer';
const CREDENTIAL = 'kong.client.get_credential';
const IP = 'kong.client.get_forwarded_ip';
const SERVICE = 'kong.router.get_service';
const ENTRY = 'kong.log.serialize';
const CAPTURE = 'kong.ctx.shared.get capture';
const DENIAL = 'kong.ctx.shared.get mcp_denied';

const windows = [{ limit: 1000, window_seconds: 60 }];
const limitBy = (...limit_by: string[]) => ({ rules: [{ name: '*', limit_by, windows }] });
const byIp = { rules: [{ name: '*', limit_by: ['ip'], windows }] };

const BODY_OF_CALL = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add' } });
const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
/** As the validator shares it. */
const summary = { revision: '2025-06-18', messages: [{ kind: 'request', method: 'tools/call', id: 1, name: 'add' }] };

async function askedBy(
  plugin: string,
  config: object,
  phase: 'access' | 'log',
  scope: object,
  shared: object = {},
): Promise<string[]> {
  const worker = new KongWorker(plugin, served.socket);
  const complete = { ...configOf(plugin, JSON.parse(JSON.stringify(config)) as never), ...scope };
  const request = { headers, body: BODY_OF_CALL, shared: shared as never };
  await worker.event(phase, request, complete);
  // From the second request on, what is the same for all requests to a service is known.
  worker.asked.length = 0;
  await worker.event(phase, request, complete);
  expect(worker.logs).toEqual([]);
  return worker.asked.sort();
}

const bound = { service_id: 'a-service' };

it.each<[string, string, object, string[]]>([
  ['mcp-validator without rules for paths', 'mcp-validator', { paths: ['*'] }, [METHOD, HEADERS, BODY]],
  ['mcp-validator by default', 'mcp-validator', {}, [METHOD, PATH, HEADERS, BODY]],
  [
    'mcp-validator that exempts paths',
    'mcp-validator',
    { paths: ['*'], exempt_paths: ['/upload'] },
    [METHOD, PATH, HEADERS, BODY],
  ],
  ['mcp-guard with a validator', 'mcp-guard', { 'mcp-validator': {} }, [METHOD, PATH, HEADERS, BODY]],
  [
    'mcp-guard with limits by address',
    'mcp-guard',
    { 'mcp-validator': {}, 'mcp-tool-rate-limit': byIp },
    [METHOD, PATH, HEADERS, BODY, IP],
  ],
  [
    'mcp-guard with limits by consumer, else by address',
    'mcp-guard',
    { 'mcp-validator': {}, 'mcp-tool-rate-limit': { rules: [{ windows }] } },
    [METHOD, PATH, HEADERS, BODY, CONSUMER, IP],
  ],
  [
    'mcp-guard with limits by session',
    'mcp-guard',
    {
      'mcp-validator': {},
      'mcp-tool-rate-limit': { rules: [{ limit_by: ['mcp-session'], fallback: 'skip', windows }] },
    },
    [METHOD, PATH, HEADERS, BODY],
  ],
  [
    'mcp-guard with limits alone',
    'mcp-guard',
    { 'mcp-tool-rate-limit': byIp },
    // The first two decide that the others are needed.
    [SUMMARY, IP, METHOD, HEADERS, BODY],
  ],
  // Last: once a plugin may hold responses, those after it also ask who does.
  ['mcp-validator that learns', 'mcp-validator', { tools: { learn: 'enforce' } }, [METHOD, PATH, HEADERS, BODY]],
])('%s asks for nothing else', async (_, plugin, config, reads) => {
  expect(await askedBy(plugin, config, 'access', bound)).toEqual(reads.sort());
});

it.each<[string, object, string[]]>([
  ['by address', limitBy('ip'), [SUMMARY, IP]],
  ['by consumer', { rules: [{ limit_by: ['consumer'], fallback: 'skip', windows }] }, [SUMMARY, CONSUMER]],
  ['by credential, else by address', limitBy('credential'), [SUMMARY, CREDENTIAL, IP]],
  [
    'by header',
    { rules: [{ limit_by: ['header'], header_name: 'X-Team', fallback: 'skip', windows }] },
    [SUMMARY, HEADERS],
  ],
  ['by tier', { tiers: [{ name: 'gold', tag: 'gold' }], ...byIp }, [SUMMARY, CONSUMER, IP]],
  [
    'by tier of acl',
    { tiers: [{ name: 'gold', group: 'g' }], trust_acl_groups: true, ...byIp },
    [SUMMARY, CONSUMER, HEADERS, IP],
  ],
])('mcp-tool-rate-limit %s, after mcp-validator, asks for nothing else', async (_, config, reads) => {
  const asked = await askedBy('mcp-tool-rate-limit', config, 'access', bound, { mcp: summary });
  expect(asked).toEqual(reads.sort());
});

it.each<[string, string, object, string[]]>([
  ['mcp-telemetry', 'mcp-telemetry', {}, [ENTRY, CAPTURE, SUMMARY, DENIAL, 'kong.ctx.shared.get mcp_auth']],
  ['llm-telemetry', 'llm-telemetry', {}, [ENTRY, CAPTURE]],
  ['mcp-validator that does not learn', 'mcp-validator', {}, []],
  ['mcp-validator that learns', 'mcp-validator', { tools: { learn: 'report' } }, []],
  [
    'mcp-validator that pins',
    'mcp-validator',
    { tools: { pins: { add: '0'.repeat(64) } } },
    [ENTRY, CAPTURE, 'kong.ctx.shared.get mcp_held'],
  ],
  ['mcp-guard that does not learn', 'mcp-guard', { 'mcp-validator': {} }, []],
])('%s asks for nothing else in the log phase', async (_, plugin, config, reads) => {
  expect(await askedBy(plugin, config, 'log', bound)).toEqual(reads.sort());
});

it.each<[string, string, object, string[]]>([
  ['mcp-telemetry by default', 'mcp-telemetry', {}, []],
  ['mcp-telemetry with propagate', 'mcp-telemetry', { propagate: true }, [METHOD, HEADERS, SUMMARY]],
  ['llm-telemetry by default', 'llm-telemetry', {}, []],
  ['llm-telemetry with propagate', 'llm-telemetry', { propagate: true }, [METHOD, PATH, HEADERS]],
  [
    'llm-telemetry with inject_stream_usage',
    'llm-telemetry',
    { inject_stream_usage: true },
    [METHOD, PATH, HEADERS, BODY],
  ],
])('%s asks for nothing else in the access phase', async (_, plugin, config, reads) => {
  expect(await askedBy(plugin, config, 'access', bound)).toEqual(reads.sort());
});

it.each([
  ['a route', { route_id: 'a-route' }, []],
  ['no service, so that each request may have another', {}, [SERVICE]],
])('a configuration that is bound to %s', async (_, scope, more) => {
  const asked = await askedBy('mcp-validator', { paths: ['*'] }, 'access', scope);
  expect(asked).toEqual([METHOD, HEADERS, BODY, ...more].sort());
});
