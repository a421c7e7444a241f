import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CALCULATORS, gateway, postMcp, toolCall } from './gateway';

async function connect(server: string): Promise<Client> {
  const client = new Client({ name: 'e2e', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.proxyUrl}/${server}/mcp`)));
  return client;
}

describe.each(CALCULATORS)('the official client on %s', (server) => {
  let client: Client;
  beforeAll(async () => {
    client = await connect(server);
  });
  afterAll(() => client.close());

  it('initializes', () => {
    expect(client.getServerVersion()?.name).toBe(server);
  });

  it('lists the tools', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['add', 'subtract', 'multiply', 'divide']));
  });

  it('neither lists nor calls a tool that kong.yml denies', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).not.toContain('admin_status');
    await expect(client.callTool({ name: 'admin_status', arguments: {} })).rejects.toThrow('admin_status');
    const direct = await postMcp(server, { jsonrpc: '2.0', id: 'l', method: 'tools/list' });
    const text = await direct.text();
    expect(text).toContain('"countdown"');
    expect(text).not.toContain('admin');
  });

  it('calls a tool', async () => {
    expect(await client.callTool({ name: 'add', arguments: { a: 5, b: 3 } })).toMatchObject({
      content: [{ type: 'text', text: '8' }],
    });
  });

  it('receives a tool error for a division by zero', async () => {
    expect(await client.callTool({ name: 'divide', arguments: { a: 1, b: 0 } })).toMatchObject({ isError: true });
  });
});

// Of one server only: the limit of the other's countdown is tested elsewhere.
it('shows the official client progress before the result', async () => {
  const client = await connect('py-calculator');
  const seen: number[] = [];
  const result = await client.callTool({ name: 'countdown', arguments: { steps: 3, intervalMs: 20 } }, undefined, {
    onprogress: ({ progress }) => seen.push(progress),
  });
  expect(seen).toEqual([1, 2, 3]);
  expect(result).toMatchObject({ content: [{ text: 'Counted down 3 steps' }] });
  await client.close();
});

it.each(CALCULATORS)('%s adds in one POST without a session', async (server) => {
  const response = await postMcp(server, toolCall('add', { a: 5, b: 3 }));
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ id: 1, result: { content: [{ text: '8' }] } });
});
