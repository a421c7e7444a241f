import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { stringify } from 'yaml';
import type { Metrics } from '../../kong/pdk';
import { send, valuesOf, type Answer } from '../../kong/testkit/http';
import { logInto, type LogLine } from '../../kong/testkit/log-lines';
import { servePlugins } from '../../kong/testkit/serve-plugins';
import { until } from '../../kong/testkit/until';
import { startUpstream } from '../../kong/testkit/upstream';
import { mcpAuth } from '../../plugins/mcp-auth';
import { mcpGuard } from '../../plugins/mcp-guard';
import { mcpTelemetry } from '../../plugins/mcp-telemetry';
import { mcpToolRateLimit } from '../../plugins/mcp-tool-rate-limit';
import { mcpValidator } from '../../plugins/mcp-validator';
import { ISSUER, jwksOf, signingKey, tokenOf } from './access-tokens';
import { startAuthorizationServer, type TestAuthorizationServer } from './authorization-server';
import type { ScenarioGateway, StartGateway } from './batches-scenario';
import { startCollector, type Collector } from './otlp-collector';
import { captureFunctions } from './reference-service';

/** The ids of the consumer ann, of group team, and of her key. */
export const ANN_ID = '22222222-2222-4333-8444-555555555555';
export const KEY_ID = '11111111-2222-4333-8444-555555555555';

export const METADATA = '/.well-known/oauth-protected-resource';
export const resourceOf = (name: string): string => `https://ai.example.com/${name}`;

/** The session id of the server: it has dots, as the seal. */
export const SESSION = 'id.1.2';

const SEAL = readFileSync(join(__dirname, '../../kong/lua/seal-session.lua'), 'utf8');
const seal = { name: 'pre-function', config: { header_filter: [SEAL] } };

const key = signingKey('k1');
const issuers = [{ issuer: ISSUER, discovery: false, jwks: JSON.stringify(jwksOf(key)) }];

/** A token for the service with this name. */
export const tokenFor = (name: string, claims: object = {}): string =>
  tokenOf(key, Date.now(), { aud: resourceOf(name), ...claims });

/** What a server received, as it answers. */
export interface Received {
  /** Flat list of names and values. */
  readonly headers: readonly string[];
}

/** The values of a header that the server received. */
export const receivedOf = ({ body }: Answer, name: string): string[] => {
  const answer = JSON.parse(body.toString()) as Partial<Received> & { result?: Received };
  return valuesOf(answer.headers ?? answer.result?.headers ?? [], name);
};

/** Callers of mcp-auth, and what Kong's and the suite's plugins after it make of them: the same on every engine. */
export class IdentitiesScenario {
  /** Authorization headers that the server of `fetched` rejects. */
  readonly rejected: Set<string>;

  private constructor(
    readonly gateway: ScenarioGateway,
    readonly issuer: TestAuthorizationServer,
    readonly collector: Collector,
    readonly metrics: Metrics,
    readonly lines: readonly LogLine[],
    rejected: Set<string>,
    private readonly stop: () => Promise<void>,
  ) {
    this.rejected = rejected;
  }

  static async start(startGateway: StartGateway): Promise<IdentitiesScenario> {
    const lines: LogLine[] = [];
    const rejected = new Set<string>();
    const plugins = [mcpAuth, mcpGuard, mcpValidator, mcpToolRateLimit, mcpTelemetry];
    const served = await servePlugins(plugins, logInto(lines));
    const [upstream, issuer, collector] = await Promise.all([
      startUpstream(mcpServer(rejected)),
      startAuthorizationServer(),
      startCollector(),
    ]);
    const kongYml = kongYmlOf(upstream.url, issuer, collector.url);
    let gateway: ScenarioGateway | undefined;
    const stop = async (): Promise<void> => {
      await gateway?.close();
      await served.stop();
      await Promise.all([upstream.close(), issuer.stop(), collector.close()]);
    };
    try {
      gateway = await startGateway(kongYml, served.settings);
    } catch (error) {
      await stop();
      throw error;
    }
    return new IdentitiesScenario(gateway, issuer, collector, served.metrics, lines, rejected, stop);
  }

  close(): Promise<void> {
    return this.stop();
  }

  /** Sends a request; the path is not changed on its way. */
  ask(
    method: string,
    path: string,
    headers: Readonly<Record<string, string | string[]>> = {},
    body?: string,
  ): Promise<Answer> {
    return send(this.gateway.url, { method, path, headers }, body);
  }

  /** Sends a request with a token to a service. */
  get(
    name: string,
    claims: object = {},
    headers: Readonly<Record<string, string>> = {},
    method = 'GET',
  ): Promise<Answer> {
    return this.ask(method, `/${name}/mcp`, { authorization: `Bearer ${tokenFor(name, claims)}`, ...headers });
  }

  /** Sends a JSON-RPC request with a token to a service. */
  post(name: string, claims: object, method: string, params: object = {}, headers: object = {}): Promise<Answer> {
    const all = {
      authorization: `Bearer ${tokenFor(name, claims)}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-06-18',
      ...headers,
    };
    return this.ask('POST', `/${name}/mcp`, all, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
  }

  /** The value of a sample of the plugins' metrics, by its name with labels, once it is there. */
  eventually(sample: string, value: number): Promise<void> {
    return until(async () => {
      const line = (await this.metrics.registry.metrics()).split('\n').find((one) => one.startsWith(`${sample} `));
      return line !== undefined && Number(line.slice(sample.length)) >= value;
    }, `${sample} ${value}`).then(() => undefined);
  }
}

/** Answers with the headers that it received; to MCP methods as an MCP server would. */
const mcpServer =
  (rejected: ReadonlySet<string>): RequestListener =>
  (incoming, outgoing) => {
    void text(incoming).then((body) => {
      if (rejected.has(incoming.headers.authorization ?? '')) {
        outgoing.writeHead(401, { 'WWW-Authenticate': 'Bearer resource_metadata="https://foreign.example"' }).end();
        return;
      }
      const { id, method } = (body === '' ? {} : JSON.parse(body)) as { id?: number; method?: string };
      const headers = incoming.rawHeaders;
      const result = method === 'tools/list' ? { tools: [tool('add'), tool('secret')] } : { content: [], headers };
      outgoing.setHeader('Content-Type', 'application/json');
      outgoing.setHeader('Mcp-Session-Id', SESSION);
      outgoing.end(JSON.stringify(id === undefined ? { headers } : { jsonrpc: '2.0', id, result }));
    });
  };

const tool = (name: string): object => ({ name, inputSchema: { type: 'object' } });

function kongYmlOf(url: string, { issuer: authorizationServer }: TestAuthorizationServer, otlp: string): string {
  const service = (name: string, plugins: readonly object[], paths: readonly string[] = []): object => ({
    name,
    url,
    routes: [{ name, paths: [`/${name}`, `${METADATA}/${name}`, ...paths] }],
    plugins,
  });
  const auth = (name: string, config: object = {}): object => ({
    name: 'mcp-auth',
    config: { resource: resourceOf(name), issuers, consumer_claim: '/name', ...config },
  });
  const rules = [{ limit_by: ['principal'], name: 'add', windows: [{ limit: 2, window_seconds: 3600 }] }];
  const limits = { rules, denial: 'http_429' };
  const upstream = { mode: 'client_credentials', client_id: 'gateway', client_secret: 'secret' };
  return stringify(
    {
      _format_version: '3.0',
      services: [
        service(
          'public',
          [
            { name: 'cors', config: { exposed_headers: ['WWW-Authenticate'] } },
            auth('public', { scopes_required: ['mcp'], realm: 'a "b"', claims_to_headers: { 'X-Tenant': '/tenant' } }),
          ],
          [`~${METADATA}/?$`],
        ),
        service('keyed', [{ name: 'key-auth', config: { anonymous: 'guest', hide_credentials: true } }, auth('keyed')]),
        service('nameless', [
          { name: 'pre-function', config: { access: ['kong.client.authenticate({ id = "1" }, { name = "x" })'] } },
          auth('nameless'),
        ]),
        service('known', [auth('known', { consumer_optional: false })]),
        service('grouped', [
          auth('grouped', { authenticated_groups_claim: '/roles' }),
          { name: 'acl', config: { allow: ['team'], always_use_authenticated_groups: true } },
        ]),
        service('flow', [
          captureFunctions,
          auth('flow'),
          { name: 'acl', config: { allow: ['team'] } },
          { name: 'mcp-validator', config: {} },
          { name: 'mcp-validator', consumer: 'ann', config: { tools: { deny: ['secret'] } } },
          { name: 'rate-limiting', config: { hour: 100, policy: 'local', limit_by: 'consumer' } },
          { name: 'mcp-tool-rate-limit', config: limits },
          { name: 'mcp-telemetry', config: { otlp_url: `${otlp}/v1/traces`, flush_delay: 10 } },
        ]),
        service('limited', [
          captureFunctions,
          auth('limited'),
          { name: 'rate-limiting', config: { hour: 3, policy: 'local', limit_by: 'consumer' } },
          { name: 'mcp-tool-rate-limit', config: limits },
          { name: 'mcp-telemetry', config: { otlp_url: `${otlp}/v1/traces`, flush_delay: 10 } },
        ]),
        service('first', [auth('first')]),
        service('sealed', [seal, auth('sealed', { session_binding: 'sealed', session_secret: 'x'.repeat(32) })]),
        service('fetched', [
          seal,
          auth('fetched', { issuers: [{ issuer: authorizationServer }, ...issuers], upstream }),
        ]),
        service('fetched-in-guard', [
          seal,
          {
            name: 'mcp-guard',
            config: {
              'mcp-auth': {
                resource: resourceOf('fetched-in-guard'),
                issuers: [{ issuer: authorizationServer }, ...issuers],
                upstream,
              },
              'mcp-validator': {},
            },
          },
        ]),
      ],
      consumers: [
        {
          id: ANN_ID,
          username: 'ann',
          custom_id: '7',
          keyauth_credentials: [{ id: KEY_ID, key: 'key-of-ann' }],
          acls: [{ group: 'team' }],
        },
        { username: 'bob' },
        { username: 'guest' },
      ],
    },
    { aliasDuplicateObjects: false },
  );
}
