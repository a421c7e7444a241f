import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { readConfig } from '../../kong/pdk/read-config';
import { startTestGateway, type TestGateway } from '../../kong/testkit/gateway';
import { send } from '../../kong/testkit/http';
import { logInto, type LogLine } from '../../kong/testkit/log-lines';
import { servePlugins, type ServedPlugins } from '../../kong/testkit/serve-plugins';
import { until } from '../../kong/testkit/until';
import { startUpstream, type TestUpstream } from '../../kong/testkit/upstream';
import { mcpValidator } from '../../plugins/mcp-validator';
import { judgeHeld } from '../../plugins/mcp-validator/lists/judge-held';
import { createJudge } from '../../plugins/mcp-validator/lists/judge-in-thread';
import { compileOutputSchema } from '../../plugins/mcp-validator/outputs/compile-output-schema';
import { compileRules } from '../../plugins/mcp-validator/rules';
import { fields } from '../../plugins/mcp-validator/schema';
import { SideThread } from '../../plugins/shared/runtime/side-thread/side-thread';

/** The check of the output of tools, and of long lists, in the real plugin server behind the stand-in. */
let plugins: ServedPlugins | undefined;
let upstream: TestUpstream | undefined;
let gateway: TestGateway;
let answer = '';
const lines: LogLine[] = [];

interface Reference {
  readonly services: readonly { readonly plugins: readonly { readonly name: string }[] }[];
}
const reference = parse(readFileSync(join(__dirname, '../../kong/kong.yml'), 'utf8')) as Reference;
const capture = reference.services[0]!.plugins.find(({ name }) => name === 'pre-function')!;

const SUM = JSON.stringify({ type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] });

beforeAll(async () => {
  plugins = await servePlugins([mcpValidator], logInto(lines));
  upstream = await startUpstream((incoming, outgoing) => {
    incoming.resume().on('end', () => {
      outgoing.setHeader('Content-Type', 'application/json').end(answer);
    });
  });
  const services = ['warn', 'strict'].map((name) => ({
    name,
    url: upstream!.url,
    routes: [{ name, paths: [`/${name}`] }],
    plugins: [
      capture,
      { name: 'mcp-validator', config: { output_schemas: name, tools: { output_schemas: { add: SUM } } } },
    ],
  }));
  gateway = await startTestGateway({
    kongYml: stringify({ services }, { aliasDuplicateObjects: false }),
    settings: plugins.settings,
  });
});

afterAll(async () => {
  await (gateway as TestGateway | undefined)?.close();
  await upstream?.close();
  await plugins?.stop();
});

beforeEach(() => {
  lines.length = 0;
});

const resultOf = (structuredContent: object): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [], structuredContent } });
const VALID = resultOf({ sum: 3 });
const INVALID = resultOf({ sum: 'secret' });

async function call(route: string, name: string, returned: string): Promise<string> {
  answer = returned;
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } });
  return (await send(`${gateway.url}/${route}`, { method: 'POST', headers }, body)).body.toString();
}

async function violations(mode: string): Promise<number> {
  const text = await plugins!.metrics.registry.metrics();
  const line = text.split('\n').find((one) => /output_violations_total\{/.test(one) && one.includes(`mode="${mode}"`));
  return Number(line?.split(' ').at(-1) ?? 0);
}

it('output_schemas: strict replaces a result that does not match by an error of the tool', async () => {
  const { result } = JSON.parse(await call('strict', 'add', INVALID)) as { result: object };
  expect(result).toMatchObject({ isError: true, content: [{ type: 'text' }] });
  expect(JSON.stringify(result)).not.toContain('secret');
  expect(await violations('strict')).toBe(1);
  expect(await call('strict', 'add', VALID)).toBe(VALID);
  // There is no schema for this tool.
  expect(await call('strict', 'other', INVALID)).toBe(INVALID);
  expect(await violations('strict')).toBe(1);
});

it('output_schemas: warn logs and counts such a result, and the client gets it', async () => {
  expect(await call('warn', 'add', VALID)).toBe(VALID);
  expect(await call('warn', 'add', INVALID)).toBe(INVALID);
  await until(async () => (await violations('warn')) > 0, 'the log phase');
  expect(await violations('warn')).toBe(1);
  expect(lines).toMatchObject([
    { level: 'warn', fields: { service: 'warn', tool: 'add', problem: '/structuredContent/sum must be number' } },
  ]);
});

it('judges a list of more than 256 KiB in another thread, as the main thread would', async () => {
  const thread = new SideThread();
  const run = jest.spyOn(thread, 'run');
  const config = readConfig(fields, { tools: { deny: ['hidden-*'] } });
  const rules = compileRules(config);
  const judge = createJudge(config, rules, thread, () => undefined);
  const held = (count: number) => {
    const tools = Array.from({ length: count }, (_, i) => ({
      name: `${i % 3 === 0 ? 'hidden' : 'shown'}-${i}`,
      description: 'text '.repeat(20),
      inputSchema: { type: 'object' },
    }));
    return {
      bytes: Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools } })),
      isEventStream: false,
      requests: [{ id: 1, method: 'tools/list' }],
      isModern: false,
      usableTools: undefined,
    };
  };
  const long = held(3000);
  expect(long.bytes.length).toBeGreaterThan(262_144);
  const judged = await judge(long, 'calc');
  expect(run).toHaveBeenCalledTimes(1);
  expect(judged).toEqual(judgeHeld(long, rules));
  expect(judged?.bytes.includes('hidden-')).toBe(false);
  expect(judged?.responses).toMatchObject([{ counts: { shown: 2000, hidden: 1000 } }]);
  await judge(held(30), 'calc');
  expect(run).toHaveBeenCalledTimes(1);
});

it('checks output against a large learned schema in another thread, as against a small one in the main thread', async () => {
  const thread = new SideThread();
  const run = jest.spyOn(thread, 'run');
  const config = readConfig(fields, { output_schemas: 'strict', tools: { learn: 'enforce' } });
  const rules = compileRules(config);
  const compiled = compileOutputSchema(SUM);
  if (!compiled.ok) throw new Error(compiled.problem);
  let isLarge = true;
  const judge = createJudge(config, rules, thread, () => (isLarge ? undefined : compiled.schema));
  const heldOf = (body: string) => ({
    bytes: Buffer.from(body),
    isEventStream: false,
    requests: [{ id: 1, method: 'tools/call', name: 'add' }],
    isModern: false,
    usableTools: undefined,
    learnedOutputs: new Map([['add', [{ key: 'sum', text: SUM, bytes: 1 }]]]),
  });
  const inThread = [await judge(heldOf(INVALID), 'calc'), await judge(heldOf(VALID), 'calc')];
  expect(run).toHaveBeenCalledTimes(2);
  isLarge = false;
  expect([await judge(heldOf(INVALID), 'calc'), await judge(heldOf(VALID), 'calc')]).toEqual(inThread);
  expect(run).toHaveBeenCalledTimes(2);
  expect(inThread.map((judged) => judged?.responses[0]?.outcome)).toEqual(['output', 'passed']);
});
