import { join } from 'node:path';
import { Metrics } from '../../kong/pdk';
import { learningThreadOf } from '../../plugins/mcp-validator/learning/learning-thread';
import type { ListExchange, ToolUpdates } from '../../plugins/mcp-validator/learning/lists/read-tool-updates';
import { probeSchema, type Probe } from '../../plugins/mcp-validator/learning/schemas/probe-schema';
import { DeadlineThread, TOO_LATE, type DeadlineTask } from '../../plugins/shared/runtime/side-thread/deadline-thread';

const file = join(__dirname, '..', '..', 'plugins', 'mcp-validator', 'learning', 'learning-task');
const probe: DeadlineTask<{ text: string }, Probe> = { module: file, name: 'probeTask' };

const properties = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, { type: 'integer' }]));
const small = JSON.stringify({ type: 'object', properties: properties(3) });
/** Takes some 100 ms at least. */
const slow = JSON.stringify({ type: 'object', properties: properties(1000) });

it('stops a schema that misses its deadline together with its thread, and compiles the next one in a new thread', async () => {
  const thread = new DeadlineThread({ module: file, name: 'warmUp' });
  const late = thread.run(probe, { text: slow }, 1);
  const next = thread.run(probe, { text: small }, 60_000);
  expect(await late).toBe(TOO_LATE);
  expect(await next).toEqual(probeSchema(small));
});

it('survives a task that throws', async () => {
  const thread = new DeadlineThread({ module: file, name: 'warmUp' });
  await expect(thread.run(probe, { text: 'no JSON' }, 60_000)).rejects.toThrow(/JSON/);
  expect(await thread.run(probe, { text: small }, 60_000)).toEqual(probeSchema(small));
});

it('reads a large list in the thread with the same result', async () => {
  const thread = learningThreadOf(new Metrics());
  const tools = Array.from({ length: 100 }, (_, i) => ({
    name: `t${i}`,
    description: 'd'.repeat(1000),
    inputSchema: {},
  }));
  const exchange: ListExchange = {
    asked: Buffer.from('{"jsonrpc":"2.0","id":1,"method":"tools/list"}'),
    isAskedCut: false,
    isEventStream: false,
    isAccepted: true,
    bytes: Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools } })),
    isCut: false,
    isBrokenOff: false,
    withParts: false,
  };
  const reading = thread.read(exchange);
  expect(reading).toBeInstanceOf(Promise);
  const news: ToolUpdates = await reading;
  expect(news.pages[0]?.tools).toHaveLength(100);
  expect(thread.read({ ...exchange, bytes: Buffer.from('{}') })).toEqual({
    pages: [],
    listChanged: false,
    unread: 'unanswered',
  });
});
