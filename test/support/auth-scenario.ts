import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { stringify } from 'yaml';
import { send, servePlugins, type ServedPlugins } from '../../kong/testkit';
import { mcpAuth } from '../../plugins/mcp-auth';
import { mcpGuard } from '../../plugins/mcp-guard';
import { SelfLogin } from './auth-flow';
import type { ScenarioGateway, StartGateway } from './batches-scenario';
import { startMcpTestServer, type McpTestServer } from './mcp-test-server';
import { ACCOUNT, MACHINE, startOidcServer, type OidcServer } from './oidc-server';

const METADATA = '/.well-known/oauth-protected-resource';
const INFO = { name: 'test', version: '1' };

/** A gateway with mcp-auth before an MCP server, and a real authorization server: the same on every engine. */
export class AuthScenario {
  private constructor(
    private readonly url: string,
    private readonly plugins: ServedPlugins,
    private readonly upstream: McpTestServer,
    private readonly issuer: OidcServer,
    private readonly gateway: ScenarioGateway,
  ) {}

  /** @param port where the gateway listens: `resource` of the plugin contains it */
  static async start(startGateway: StartGateway, port: number): Promise<AuthScenario> {
    const url = `http://127.0.0.1:${port}`;
    const plugins = await servePlugins([mcpAuth, mcpGuard]);
    const upstream = await startMcpTestServer();
    const issuer = await startOidcServer({ [`${url}/opaque/mcp`]: 'opaque' });
    const settings = { ...plugins.settings, proxy_listen: `127.0.0.1:${port}` };
    const gateway = await startGateway(kongYmlOf(url, upstream.url, issuer.issuer), settings);
    return new AuthScenario(url, plugins, upstream, issuer, gateway);
  }

  async close(): Promise<void> {
    await this.gateway.close();
    await this.issuer.stop();
    await this.upstream.close();
    await this.plugins.stop();
  }

  stopIssuer(): Promise<void> {
    return this.issuer.stop();
  }

  machineToken(name: string): Promise<string> {
    return this.issuer.machineToken(this.endpoint(name).href);
  }

  /** The status of `initialize` with a token. */
  async initialize(name: string, token: string): Promise<number | undefined> {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: INFO };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
    return (await send(this.endpoint(name).href, { method: 'POST', headers }, body)).status;
  }

  /** The metadata of a resource, as any client gets it. */
  async metadata(name: string): Promise<unknown> {
    return (await fetch(`${this.url}${METADATA}/${name}/mcp`)).json();
  }

  endpoint(name: string): URL {
    return new URL(`${this.url}/${name}/mcp`);
  }

  /** What the client of SDK 1.x meets: login, a list, a tool that needs a further scope, a second login, and the call. */
  async flowOfClient1(name: string): Promise<Flow> {
    const login = new SelfLogin();
    const first = new StreamableHTTPClientTransport(this.endpoint(name), { authProvider: login });
    const refused = await reasonOf(new Client(INFO).connect(first));
    const asked = [scopeOf(login)];
    await first.finishAuth(login.code);
    const client = new Client(INFO);
    const transport = new StreamableHTTPClientTransport(this.endpoint(name), { authProvider: login });
    await client.connect(transport);
    const { tools } = await client.listTools();
    const stepUp = await reasonOf(client.callTool(CALL));
    asked.push(scopeOf(login));
    if (stepUp !== undefined) await transport.finishAuth(login.code);
    const { content } = await client.callTool(CALL);
    await client.close();
    return { refused, asked, tools: tools.length, stepUp, content, resource: resourceOf(login) };
  }

  /** The same with the client of SDK 2.x. */
  async flowOfClient2(name: string): Promise<Flow> {
    const login = new SelfLogin();
    const options = { authProvider: login as never };
    const first = new Transport2(this.endpoint(name), options);
    const refused = await reasonOf(new Client2(INFO).connect(first));
    const asked = [scopeOf(login)];
    await first.finishAuth(login.callback);
    const client = new Client2(INFO);
    const transport = new Transport2(this.endpoint(name), options);
    await client.connect(transport);
    const { tools } = await client.listTools();
    const stepUp = await reasonOf(client.callTool(CALL));
    asked.push(scopeOf(login));
    if (stepUp !== undefined) await transport.finishAuth(login.callback);
    const { content } = await client.callTool(CALL);
    await client.close();
    return { refused, asked, tools: tools.length, stepUp, content, resource: resourceOf(login) };
  }
}

/** What a client met. */
export interface Flow {
  readonly refused: string | undefined;
  /** The scopes that the client asked the authorization server for, at each login. */
  readonly asked: readonly (string | null | undefined)[];
  readonly tools: number;
  readonly stepUp: string | undefined;
  readonly content: unknown;
  /** The resource that the client asked a token for. */
  readonly resource: string | null | undefined;
}

const CALL = { name: 'look-up', arguments: { region: 'eu' } };

const scopeOf = (login: SelfLogin): string | null | undefined => login.authorizationUrl?.searchParams.get('scope');
const resourceOf = (login: SelfLogin): string | null | undefined =>
  login.authorizationUrl?.searchParams.get('resource');

const reasonOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => (error as Error).constructor.name,
  );

function kongYmlOf(url: string, upstream: string, issuer: string): string {
  const service = (name: string, plugins: readonly object[]): object => ({
    name,
    url: upstream,
    routes: [{ name, paths: [`/${name}`, `${METADATA}/${name}/mcp`] }],
    plugins,
  });
  const auth = (name: string, more: object = {}, ofIssuer: object = {}): object => ({
    resource: `${url}/${name}/mcp`,
    scopes_required: ['mcp'],
    issuers: [{ issuer, ...ofIssuer }],
    ...more,
  });
  const opaque = { validation: 'by_form', introspection: MACHINE };
  const access = { rules: [{ names: ['look-up'], scopes: ['calls'] }] };
  return stringify({
    _format_version: '3.0',
    consumers: [{ username: ACCOUNT }],
    services: [
      service('plain', [{ name: 'mcp-auth', config: auth('plain') }]),
      service('guarded', [{ name: 'mcp-guard', config: { 'mcp-auth': auth('guarded'), 'mcp-validator': { access } } }]),
      service('opaque', [{ name: 'mcp-auth', config: auth('opaque', {}, opaque) }]),
      service('limited', [
        { name: 'mcp-auth', config: auth('limited', { consumer_claim: '/sub' }) },
        { name: 'rate-limiting', config: { hour: 2, policy: 'local', limit_by: 'consumer' } },
      ]),
    ],
  });
}
