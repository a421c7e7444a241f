import { execSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { eventually, gateway, postMcp, samples, toolCall } from './gateway';

const HOSTILE = '{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"ping"}';

it('forwards nothing without validation while the plugin server is down, and recovers without a restart of the gateway', async () => {
  const statuses: number[] = [];
  let isDone = false;
  const traffic = Array.from({ length: 4 }, async () => {
    while (!isDone) statuses.push((await postMcp('py-calculator', HOSTILE)).status);
  });
  await eventually('an answer before it dies', () => Promise.resolve(statuses.includes(400)));
  execSync(gateway.killPluginServer);
  await eventually('an answer while it is dead', () => Promise.resolve(statuses.includes(500)));
  await eventually('the plugin server', async () => {
    const response = await fetch(`${gateway.pluginServerUrl}/readyz`).catch(() => undefined);
    return response?.ok;
  });
  await eventually('a call that works again', async () => {
    const response = await postMcp('py-calculator', toolCall('add', { a: 5, b: 3 }));
    return response.status === 200;
  });
  const seen = statuses.length;
  await eventually('a rejection with a reason again', () => Promise.resolve(statuses.slice(seen).includes(400)));
  isDone = true;
  await Promise.all(traffic);
  // 400 is the response of the validator, 500 that of Kong without a plugin server.
  expect([...new Set(statuses)].sort()).toEqual([400, 500]);
});

describe('while the agent answers', () => {
  const body = (stream: boolean): string =>
    JSON.stringify({ model: 'llama3.2', stream, messages: [{ role: 'user', content: 'Write a long story' }] });
  const ask = (stream: boolean): Promise<Response> =>
    fetch(`${gateway.proxyUrl}/agent/api/chat`, { method: 'POST', body: body(stream) });
  const activeRuns = async (): Promise<boolean> =>
    (await samples(gateway.pluginServerUrl, 'llm_agent_active_runs').catch(() => [])).some((line) =>
      line.endsWith(' 2'),
    );

  it('both a stream and a whole answer end with an error, no call of the model goes on, and the next run works', async () => {
    await eventually('a run', async () => (await ask(false)).ok || undefined);
    const streamed = await ask(true);
    const whole = ask(false);
    await eventually('both runs', activeRuns);
    const rest = restOf(streamed);
    const before = cancelledCalls();
    execSync(gateway.killPluginServer);
    expect((await whole).status).toBe(502);
    // Kong closes the connection without the end of the stream, or the client sees a stream without its last record.
    expect(await rest).not.toContain('"done":true');
    if (before !== undefined)
      await eventually('the end of the calls', () => Promise.resolve((cancelledCalls() ?? 0) > before));
    await eventually('a run that works again', async () => {
      const response = await ask(false).catch(() => undefined);
      return response?.ok;
    });
  });
});

/** The text of an answer; `broken` if its connection is closed before its end. */
const restOf = (response: Response): Promise<string> => response.text().catch(() => 'broken');

/** The calls of the model that Kong has ended because the caller left (499), by its request log. */
function cancelledCalls(): number | undefined {
  if (gateway.requestLog === undefined) return undefined;
  const lines = readFileSync(gateway.requestLog, 'utf8').split('\n');
  return lines.filter((line) => line.includes('/ollama/api/chat') && /\b499\b/.test(line)).length;
}
