import {
  Client as Client2,
  StreamableHTTPClientTransport as Transport2,
  type ClientOptions,
} from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { startTestGateway, type TestGateway } from '../../kong/testkit/gateway';
import { send } from '../../kong/testkit/http';
import { servePlugins, type ServedPlugins } from '../../kong/testkit/serve-plugins';
import { until } from '../../kong/testkit/until';
import { mcpValidator } from '../../plugins/mcp-validator';
import { LOOK_UP_SCHEMA, NOTE, startMcpTestServer, type McpTestServer } from '../support/mcp-test-server';

/** The official clients, each with its own revisions, through the validator to a real server. */
let plugins: ServedPlugins | undefined;
let upstream: McpTestServer | undefined;
let gateway: TestGateway;
const open: (() => Promise<void>)[] = [];

beforeAll(async () => {
  plugins = await servePlugins([mcpValidator]);
  upstream = await startMcpTestServer();
  gateway = await startTestGateway({
    kongYml: `
services:
- name: mcp
  url: ${upstream.url}
  routes: [{ name: mcp, paths: [/] }]
  plugins:
  - name: mcp-validator
    config:
      unknown_methods: deny
      meta_key_check: deny
      tools: { schemas: { look-up: '${JSON.stringify(LOOK_UP_SCHEMA)}' } }
`,
    settings: plugins.settings,
  });
});

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

afterAll(async () => {
  await (gateway as TestGateway | undefined)?.close();
  await upstream?.close();
  await plugins?.stop();
});

const INFO = { name: 'test', version: '1' };
const CAPABILITIES = { sampling: {}, elicitation: {} };
const elicited = { action: 'accept', content: { amount: 95.5 } } as const;
const thought = { role: 'assistant', model: 'm', content: { type: 'text', text: 'pong' } } as const;

type Words = Promise<{ readonly content?: unknown; readonly isError?: unknown; readonly [other: string]: unknown }>;

/** The operations of both client SDKs, with one interface. */
interface TestClient {
  readonly client: Pick<Client2, 'listTools' | 'listPrompts' | 'getPrompt' | 'listResources' | 'readResource'>;
  readonly transport: Pick<Transport2, 'sessionId' | 'terminateSession'>;
  /** URIs of the resources that the server reported as changed. */
  readonly updated: string[];
  readonly call: (name: string, args?: Record<string, unknown>, onprogress?: (done: number) => void) => Words;
  readonly subscribe: () => Promise<unknown>;
}

async function connect1(): Promise<TestClient> {
  const client = new Client(INFO, { capabilities: CAPABILITIES });
  const updated: string[] = [];
  client.setRequestHandler(ElicitRequestSchema, () => elicited);
  client.setRequestHandler(CreateMessageRequestSchema, () => thought);
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void updated.push(params.uri));
  const transport = new StreamableHTTPClientTransport(new URL(gateway.proxyUrl));
  // The transport's own type lacks `| undefined` on its optional members.
  await client.connect(transport);
  open.push(() => client.close());
  return {
    client: client as unknown as TestClient['client'],
    transport: transport,
    updated,
    call: (name, args = {}, onprogress) =>
      client.callTool({ name, arguments: args }, undefined, {
        ...(onprogress && {
          onprogress: ({ progress }) => {
            onprogress(progress);
          },
        }),
      }),
    subscribe: () => client.subscribeResource({ uri: NOTE }),
  };
}

const connect2 = (options: ClientOptions) => async (): Promise<TestClient> => {
  const client = new Client2(INFO, { capabilities: CAPABILITIES, ...options });
  const updated: string[] = [];
  client.setRequestHandler('elicitation/create', () => ({ ...elicited, content: { ...elicited.content } }));
  client.setRequestHandler('sampling/createMessage', () => ({ ...thought, content: { ...thought.content } }));
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void updated.push(params.uri));
  const transport = new Transport2(new URL(gateway.proxyUrl));
  await client.connect(transport);
  open.push(() => client.close());
  return {
    client,
    transport,
    updated,
    call: (name, args = {}, onprogress) =>
      client.callTool(
        { name, arguments: args },
        {
          ...(onprogress && {
            onprogress: ({ progress }) => {
              onprogress(progress);
            },
          }),
        },
      ),
    subscribe: () =>
      options.versionNegotiation
        ? client.listen({ resourceSubscriptions: [NOTE] })
        : client.subscribeResource({ uri: NOTE }),
  };
};

const inSessions = [
  ['SDK 1.x', connect1],
  ['SDK 2.x in a session', connect2({})],
] as const;
const all = [
  ...inSessions,
  ['SDK 2.x, stateless', connect2({ versionNegotiation: { mode: { pin: '2026-07-28' } } })],
] as const;

const textOf = async (words: Words): Promise<unknown> => {
  const { content, isError } = await words;
  const [first] = content as { text: string }[];
  return isError === true ? { isError, text: first?.text } : first?.text;
};

describe.each(all)('%s', (_, connect) => {
  it('lists, calls and receives progress', async () => {
    const { client, call } = await connect();
    expect((await client.listTools()).tools).toHaveLength(6);
    const seen: number[] = [];
    expect(await textOf(call('count', { to: 3 }, (done) => seen.push(done)))).toBe('counted to 3');
    expect(seen).toEqual([1, 2, 3]);
  });

  it('gets prompts and reads resources', async () => {
    const { client } = await connect();
    expect((await client.listPrompts()).prompts).toMatchObject([{ name: 'greet' }]);
    const { messages } = await client.getPrompt({ name: 'greet', arguments: { name: 'Ann' } });
    expect(messages).toMatchObject([{ content: { text: 'Greet Ann' } }]);
    expect((await client.listResources()).resources).toMatchObject([{ uri: NOTE }]);
    expect((await client.readResource({ uri: NOTE })).contents).toMatchObject([{ text: 'a note' }]);
  });

  it('is notified about a resource that it subscribed to', async () => {
    const { subscribe, call, updated } = await connect();
    await subscribe();
    await call('touch');
    await until(() => updated.length > 0, 'the notification');
    expect(updated).toEqual([NOTE]);
  });

  it('responds to requests of the server', async () => {
    const { call } = await connect();
    expect(await textOf(call('ask'))).toBe('accept {"amount":95.5}');
    expect(JSON.parse((await textOf(call('think'))) as string)).toEqual(thought.content);
  });

  it('reads what is wrong with its arguments, and repeats arguments in headers', async () => {
    const { client, call } = await connect();
    await client.listTools();
    expect(await textOf(call('look-up', { region: 'Zürich' }))).toBe('looked up in Zürich');
    expect(await textOf(call('look-up', { region: 'eu', limit: 11 }))).toEqual({
      isError: true,
      text: 'Input validation error: /arguments/limit must be <= 10',
    });
  });
});

describe.each(inSessions)('%s', (_, connect) => {
  it('resumes a broken stream and gets the response', async () => {
    const before = upstream!.resumedAfter.length;
    expect(await textOf((await connect()).call('leave'))).toBe('came back');
    expect(upstream!.resumedAfter.length).toBeGreaterThan(before);
  });

  it('ends its session', async () => {
    const { transport } = await connect();
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
      'mcp-session-id': transport.sessionId,
    };
    const ping = () => send(gateway.proxyUrl, { method: 'POST', headers }, '{"jsonrpc":"2.0","id":1,"method":"ping"}');
    expect((await ping()).status).toBe(200);
    await transport.terminateSession();
    expect((await ping()).status).toBe(404);
  });
});
