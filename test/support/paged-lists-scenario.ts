import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/server';
import { stringify } from 'yaml';
import { servePlugins, type ServedPlugins } from '../../kong/testkit/serve-plugins';
import type { TestUpstream } from '../../kong/testkit/upstream';
import { mcpValidator } from '../../plugins/mcp-validator';
import type { ScenarioGateway, StartGateway } from './batches-scenario';
import { serveMcpServer } from './serve-mcp-server';

/** The pages of the server. Each one has a tool that is denied; of one page nothing is left. */
const PAGES = [['admin-1', 'add'], ['subtract', 'admin-2', 'multiply'], ['admin-3'], ['divide', 'admin-4']];
const SHOWN = [['add'], ['subtract', 'multiply'], [], ['divide']];

const cursorOf = (page: number): string => `page "${page}" / é`;

/** An official server whose list of tools has several pages. */
const startPagedServer = (): Promise<TestUpstream> =>
  serveMcpServer(() => {
    const server = new McpServer({ name: 'paged', version: '1' }, { capabilities: { tools: {} } });
    server.server.setRequestHandler('tools/list', ({ params }) => {
      const cursor = params?.cursor;
      const page = cursor === undefined ? 0 : PAGES.findIndex((_, index) => cursorOf(index) === cursor);
      const names = PAGES[page];
      if (!names) throw new Error('unknown cursor');
      return {
        tools: names.map((name) => ({ name, inputSchema: { type: 'object' as const } })),
        ...(page + 1 < PAGES.length && { nextCursor: cursorOf(page + 1) }),
      };
    });
    server.server.setRequestHandler('tools/call', ({ params }) => ({
      content: [{ type: 'text' as const, text: `called ${params.name}` }],
    }));
    return server;
  });

interface Page {
  readonly tools: readonly { readonly name: string }[];
  readonly nextCursor?: string | undefined;
}

/** The operations of both client SDKs, with one interface. */
interface TestClient {
  readonly list: (cursor: string | undefined) => Promise<Page>;
  readonly call: (name: string) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

const INFO = { name: 'test', version: '1' };

async function connect1(url: string): Promise<TestClient> {
  const client = new Client(INFO);
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return {
    list: (cursor) => client.listTools(cursor === undefined ? {} : { cursor }),
    call: (name) => client.callTool({ name, arguments: {} }),
    close: () => client.close(),
  };
}

const connect2 =
  (pin?: string) =>
  async (url: string): Promise<TestClient> => {
    const client = new Client2(INFO, pin === undefined ? {} : { versionNegotiation: { mode: { pin } } });
    await client.connect(new Transport2(new URL(url)));
    return {
      // Without a cursor, this SDK itself reads all pages.
      list: (cursor) => client.listTools(cursor === undefined ? undefined : { cursor }),
      call: (name) => client.callTool({ name, arguments: {} }),
      close: () => client.close(),
    };
  };

/** Tests of official clients that read all pages of a list through a gateway that cuts it. */
export function describePagedLists(startGateway: StartGateway): void {
  let served: ServedPlugins | undefined;
  let upstream: TestUpstream | undefined;
  let gateway: ScenarioGateway | undefined;

  beforeAll(async () => {
    served = await servePlugins([mcpValidator]);
    upstream = await startPagedServer();
    const service = {
      name: 'paged',
      url: upstream.url,
      routes: [{ name: 'paged', paths: ['/'], response_buffering: false }],
      plugins: [{ name: 'mcp-validator', config: { tools: { deny: ['admin-*'] } } }],
    };
    gateway = await startGateway(stringify({ _format_version: '3.0', services: [service] }), served.settings);
  }, 60_000);
  afterAll(async () => {
    await gateway?.close();
    await upstream?.close();
    await served?.stop();
  });

  const namesOf = ({ tools }: Page): string[] => tools.map(({ name }) => name);
  const clients = [
    ['SDK 1.x', connect1, false],
    ['SDK 2.x in a session', connect2(), true],
    ['SDK 2.x, stateless', connect2('2026-07-28'), true],
  ] as const;

  describe.each(clients)('%s', (_, connect, readsAllPages) => {
    it('reads all pages of a list without the tools that are denied, and calls what is left', async () => {
      const client = await connect(gateway!.url);
      const first = await client.list(undefined);
      expect(namesOf(first)).toEqual(readsAllPages ? SHOWN.flat() : SHOWN[0]);
      const pages = [namesOf(first)];
      let cursor = readsAllPages ? cursorOf(1) : first.nextCursor;
      while (cursor !== undefined && pages.length <= PAGES.length) {
        const page = await client.list(cursor);
        pages.push(namesOf(page));
        cursor = page.nextCursor;
      }
      expect(pages.slice(1)).toEqual(SHOWN.slice(1));
      for (const name of SHOWN.flat()) {
        expect(await client.call(name)).toMatchObject({ content: [{ text: `called ${name}` }] });
      }
      for (const name of PAGES.flat().filter((one) => one.startsWith('admin-'))) {
        await expect(client.call(name)).rejects.toThrow(name);
      }
      await client.close();
    });
  });
}
