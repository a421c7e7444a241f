import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { send } from '../../kong/testkit/http';
import { logInto, type LogLine } from '../../kong/testkit/log-lines';
import { servePlugins, type ServedPlugins } from '../../kong/testkit/serve-plugins';
import { until } from '../../kong/testkit/until';
import { startUpstream, type TestUpstream } from '../../kong/testkit/upstream';
import { mcpValidator } from '../../plugins/mcp-validator';
import type { ScenarioGateway, StartGateway } from './batches-scenario';

interface Reference {
  readonly services: readonly { readonly plugins: readonly { readonly name: string }[] }[];
}
const reference = parse(readFileSync(join(__dirname, '../../kong/kong.yml'), 'utf8')) as Reference;
const capture = reference.services[0]!.plugins.find(({ name }) => name === 'pre-function')!;

const SUM = { type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] };
const toolOf = (name: string) => ({ name, inputSchema: { type: 'object' }, outputSchema: SUM });
const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools: ['add', 'ask', 'hidden'].map(toolOf) } });
const INVALID = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [], structuredContent: { sum: 'x' } } });
const VALID = INVALID.replace('"x"', '3.0');
const UNCHECKED = { error: { code: -32603, message: 'The list could not be checked' } };

/** Tests of results and lists of a server whose schemas are learned, and which has an endpoint of the older transport. */
export function describeOutputs(startGateway: StartGateway): void {
  let served: ServedPlugins | undefined;
  let upstream: TestUpstream | undefined;
  let gateway: ScenarioGateway | undefined;
  let returned = VALID;
  const lines: LogLine[] = [];

  beforeAll(async () => {
    served = await servePlugins([mcpValidator], logInto(lines));
    upstream = await startUpstream((incoming, outgoing) => {
      let body = '';
      incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
      incoming.on('end', () => {
        outgoing.setHeader('Content-Type', 'application/json');
        if (incoming.url?.startsWith('/messages')) outgoing.writeHead(202).end();
        else outgoing.end(body.includes('tools/list') ? LIST : returned);
      });
    });
    const serviceOf = (name: string, learn: string) => ({
      name,
      url: upstream!.url,
      routes: [{ name, paths: [`/${name}`] }],
      plugins: [
        capture,
        {
          name: 'mcp-validator',
          config: { output_schemas: 'strict', tools: { learn, deny: ['hidden'], output_schemas: { ask: '{}' } } },
        },
      ],
    });
    const services = [serviceOf('enforce', 'enforce'), serviceOf('report', 'report'), serviceOf('two', 'enforce')];
    gateway = await startGateway(
      stringify({ _format_version: '3.0', services }, { aliasDuplicateObjects: false }),
      served.settings,
    );
  }, 120_000);
  afterAll(async () => {
    await gateway?.close();
    await upstream?.close();
    await served?.stop();
  }, 60_000);

  async function post(path: string, method: string, params: object = {}): Promise<string> {
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    return (await send(gateway!.url + path, { method: 'POST', headers }, body)).body.toString();
  }
  const call = (path: string, name: string, result: string): Promise<string> => {
    returned = result;
    return post(path, 'tools/call', { name, arguments: {} });
  };
  const names = async (path: string): Promise<string[]> => {
    const { result } = JSON.parse(await post(path, 'tools/list')) as { result: { tools: { name: string }[] } };
    return result.tools.map(({ name }) => name);
  };
  const violations = async (mode: string): Promise<number> => {
    const text = await served!.metrics.registry.metrics();
    const line = text.split('\n').find((one) => one.includes('output_violations_total{') && one.includes(`"${mode}"`));
    return Number(line?.split(' ').at(-1) ?? 0);
  };

  it('replaces a result that does not match the schema of its server, and no other one', async () => {
    expect(await call('/enforce/mcp', 'add', INVALID)).toBe(INVALID);
    expect(await names('/enforce/mcp')).toEqual(['add', 'ask']);
    await until(async () => (await call('/enforce/mcp', 'add', INVALID)) !== INVALID, 'the compiled schema');
    expect(JSON.parse(await call('/enforce/mcp', 'add', INVALID))).toMatchObject({ id: 1, result: { isError: true } });
    expect(await call('/enforce/mcp', 'add', VALID)).toBe(VALID);
    expect(await call('/enforce/mcp', 'ask', INVALID)).toBe(INVALID);
  });

  it('only logs and counts such a result with learn: report', async () => {
    await names('/report/mcp');
    await until(async () => {
      expect(await call('/report/mcp', 'add', INVALID)).toBe(INVALID);
      return (await violations('warn')) > 0;
    }, 'a violation in the log phase');
    const found = lines.find(({ fields }) => (fields as { tool?: string }).tool === 'add');
    expect(found?.fields).toMatchObject({ service: 'report', problem: '/structuredContent/sum must be number' });
  });

  it('closes an endpoint whose lists come on another stream, in every spelling, and leaves the others open', async () => {
    expect(await post('/two/messages', 'tools/list')).toBe('');
    for (const path of ['/two/messages', '/two/messages/', '/two/x/../messages', '/two/Messages']) {
      expect(JSON.parse(await post(path, 'tools/list'))).toMatchObject(UNCHECKED);
    }
    expect(await names('/two/mcp')).toEqual(['add', 'ask']);
  });
}
