import type { RequestListener, ServerResponse } from 'node:http';
import { until } from '../../kong/testkit/until';
import { startAgentHost, tool } from '../support/agent-host';
import { streamOf, typeOf } from '../support/model-streams';

/** A thousand with FUZZ_RUNS, which take about ten seconds of CPU. */
const RUNS = process.env['FUZZ_RUNS'] === undefined ? 200 : 1000;
/** Every tenth caller leaves in the middle of its run. */
const LEAVING = RUNS / 10;

/** The timers and connections of this process. */
const resources = (): number =>
  process.getActiveResourcesInfo().filter((name) => /^(?:Timeout|TCPSocketWrap|TCPServerWrap)$/.test(name)).length;

const result = (text: string): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text }] } });

it('holds no byte, timer or connection after many runs at the same time', async () => {
  const before = resources();
  const host = await startAgentHost({ max_runs: RUNS, max_held_bytes: 1024 * 1024 * 1024 });
  host.lists['/one'] = [tool('add')];
  const isSecondRound = (id: unknown): boolean => {
    const body = host.modelRequests.findLast(({ headers }) => headers['x-agent-run'] === id)?.body;
    return JSON.stringify(body).includes('"role":"tool"');
  };
  const answer: RequestListener = ({ headers }, response) => {
    const turn = isSecondRound(headers['x-agent-run'])
      ? { text: 'It is 8.' }
      : { calls: [{ id: 'c1', name: 'add', args: '{"a":1}' }] };
    response.writeHead(200, { 'Content-Type': typeOf('/api/chat') }).end(streamOf('/api/chat', turn));
  };
  host.model = [answer];
  // Every run waits in its tool until all of them are there.
  const waiting: ServerResponse[] = [];
  host.tool = () => (_, response) => void waiting.push(response);

  const leaving = new AbortController();
  const asked = Array.from({ length: RUNS }, async (_, n) => {
    const request = { model: 'm', stream: n % 2 === 0, messages: [{ role: 'user', content: 'Hi' }] };
    const signal = n < LEAVING ? { signal: leaving.signal } : {};
    const response = await host.ask('/api/chat', request, signal);
    return response.text();
  });
  const answers = Promise.allSettled(asked);
  await until(() => waiting.length === RUNS, 'all runs in their tool', 120_000);
  expect(await host.valueOf('llm_agent_active_runs{agent="test"}')).toBe(RUNS);
  leaving.abort();
  await until(
    async () => (await host.valueOf('llm_agent_active_runs{agent="test"}')) === RUNS - LEAVING,
    'the end of the runs of those who left',
  );
  for (const response of waiting) response.writeHead(200, { 'Content-Type': 'application/json' }).end(result('8'));

  const texts = (await answers).map((one) => (one.status === 'fulfilled' ? one.value : 'left'));
  expect(texts.filter((text) => text === 'left')).toHaveLength(LEAVING);
  expect(texts.filter((text) => text.includes('8.'))).toHaveLength(RUNS - LEAVING);
  expect(await host.valueOf('llm_agent_active_runs{agent="test"}')).toBe(0);
  expect(await host.valueOf('llm_agent_held_bytes{agent="test"}')).toBe(0);
  await host.close();
  await until(() => resources() <= before, 'the end of all timers and connections');
}, 180_000);
