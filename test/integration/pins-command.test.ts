import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { ListToolsRequestSchema, type Tool } from '@modelcontextprotocol/sdk/types.js';
import { startUpstream, type TestUpstream } from '../../kong/testkit/upstream';
import { startToolsOnlyServer } from '../support/tools-only-server';

const PROGRAM = join(__dirname, '..', '..', 'dist', 'plugins', 'main.js');
const folder = mkdtempSync(join(tmpdir(), 'pins-'));
const file = join(folder, 'lock.json');
const opened: { close: () => Promise<void> }[] = [];

afterAll(async () => {
  await Promise.all(opened.map((one) => one.close()));
  rmSync(folder, { recursive: true });
});

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const pins = (command: string, { url }: TestUpstream, ...more: string[]): Promise<Run> =>
  new Promise((resolve) => {
    const args = [PROGRAM, 'pins', command, '--url', `${url}/mcp`, '--file', file, ...more];
    const child = execFile(process.execPath, args, (_, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });

const tool = (name: string, more: Partial<Tool> = {}): Tool => ({ name, inputSchema: { type: 'object' }, ...more });

/** An official server that answers one tool on a page, and only to clients with a token. */
async function startPagedServer(tools: () => readonly Tool[], enableJsonResponse: boolean): Promise<TestUpstream> {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const open = async (): Promise<StreamableHTTPServerTransport> => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => `s${sessions.size}`,
      enableJsonResponse,
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    const server = new McpServer({ name: 'paged', version: '1' }, { capabilities: { tools: {} } });
    server.server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
      const at = Number(params?.cursor ?? 0);
      const all = tools();
      return { tools: all.slice(at, at + 1), ...(at + 1 < all.length && { nextCursor: String(at + 1) }) };
    });
    await server.connect(transport);
    return transport;
  };
  const upstream = await startUpstream((request, response) => {
    if (request.headers.authorization !== 'Bearer secret-1') {
      response.writeHead(401).end();
      return;
    }
    const id = request.headers['mcp-session-id'];
    const transport = typeof id === 'string' ? Promise.resolve(sessions.get(id)) : open();
    void transport.then(async (found) => {
      if (found) await found.handleRequest(request, response);
      else response.writeHead(404).end();
    });
  });
  opened.push(upstream);
  return Object.assign(upstream, { sessions });
}

it.each([
  ['as JSON', true],
  ['as a stream of events', false],
])('pins all pages of a server that answers %s, and finds what changes', async (_, asJson) => {
  let tools = [tool('b'), tool('a', { annotations: { readOnlyHint: true } }), tool('c')];
  const server = await startPagedServer(() => tools, asJson);
  const credential = ['--service', 'one', '--header', 'Authorization: Bearer secret-1'];
  expect(await pins('write', server, ...credential)).toMatchObject({
    code: 0,
    stdout: `${file}: pinned 3 tools of one\n`,
  });
  const written = readFileSync(file, 'utf8');
  const { services } = JSON.parse(written) as { services: Record<string, { tools: object }> };
  expect(Object.keys(services['one']!.tools)).toEqual(['a', 'b', 'c']);
  tools = [...tools].reverse();
  expect(await pins('check', server, ...credential)).toMatchObject({
    code: 0,
    stdout: 'one: all 3 tools are as pinned\n',
  });
  await pins('write', server, ...credential);
  expect(readFileSync(file, 'utf8')).toBe(written);
  tools = [tool('a', { annotations: { readOnlyHint: false } }), tool('b', { description: 'x' }), tool('d')];
  expect(await pins('check', server, ...credential)).toMatchObject({
    code: 1,
    stdout: '"a": behaviour (annotations)\n"b": text (description)\n"c": gone\n"d": new\n',
  });
  // The command has ended its sessions.
  expect((server as unknown as { sessions: Map<string, unknown> }).sessions.size).toBe(0);
});

it('pins a server that has only stateless requests, and keeps other services', async () => {
  const server = await startToolsOnlyServer({ legacy: 'reject' });
  opened.push(server);
  const hash = 'a'.repeat(64);
  writeFileSync(file, JSON.stringify({ version: 1, services: { other: { tools: { x: { title: hash } } } } }));
  expect(await pins('write', server)).toMatchObject({ code: 0, stdout: `${file}: pinned 2 tools of mcp\n` });
  expect(await pins('check', server)).toMatchObject({ code: 0 });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
    services: { other: { tools: { x: { title: hash } } } },
  });
});

it('says what is wrong, without credentials', async () => {
  const server = await startPagedServer(() => [tool('a')], true);
  const run = await pins('write', server, '--header', 'Authorization: Bearer secret-2');
  expect(run).toMatchObject({ code: 1, stderr: 'kong-ai-plugins: initialize failed with HTTP status 401\n' });
  expect((await pins('check', server, '--service', 'none')).stderr).toContain('has no pins of the service none');
  writeFileSync(file, '{');
  expect((await pins('check', server)).stderr).toContain('is not strict JSON');
});
