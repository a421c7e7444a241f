/**
 * The cost of the gateway: tool calls and fifty concurrent streams, each direct and through the gateway in one run.
 *
 * Prints two tables. Runs on the stand-in, or with `BENCH_ENGINE=kong` on the Kong on PATH; needs the compiled suite.
 */
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { startOnThisMachine } from '../../kong/start/on-this-machine';

const HOST = '127.61.62.63';
const STREAMS = 50;
// The total is below the limit in kong.yml.
const CALLS = 500;
const WARM_UP = 90;
const agent = new Agent({ keepAlive: true, maxSockets: STREAMS });

interface Stream {
  readonly firstMs: number;
  readonly chunks: number;
  readonly records: number;
}

async function post(url: string, body: object): Promise<{ incoming: IncomingMessage; startedAt: number }> {
  const startedAt = performance.now();
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };
  const outgoing = request(url, { method: 'POST', agent, headers });
  outgoing.end(JSON.stringify(body));
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { incoming, startedAt };
}

async function stream(base: string): Promise<Stream> {
  const messages = [{ role: 'user', content: 'Why is the sky blue?' }];
  const { incoming, startedAt } = await post(`${base}/api/chat`, { model: 'llama3.2', messages });
  let firstMs = NaN;
  let chunks = 0;
  let text = '';
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    if (chunks++ === 0) firstMs = performance.now() - startedAt;
    text += chunk.toString();
  }
  return { firstMs, chunks, records: text.trimEnd().split('\n').length };
}

async function callMs(base: string): Promise<number> {
  const params = { name: 'add', arguments: { a: 5, b: 3 } };
  const { incoming, startedAt } = await post(`${base}/mcp`, { jsonrpc: '2.0', id: 1, method: 'tools/call', params });
  incoming.resume();
  await once(incoming, 'end');
  if (incoming.statusCode !== 200) throw new Error(`status ${incoming.statusCode}`);
  return performance.now() - startedAt;
}

const percentile = (values: readonly number[], share: number): string =>
  ([...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? NaN).toFixed(2);

async function callRow(way: string, base: string): Promise<object> {
  const times: number[] = [];
  for (let call = 0; call < WARM_UP + CALLS; call++) times.push(await callMs(base));
  const counted = times.slice(WARM_UP);
  return { way, 'p50 ms': percentile(counted, 0.5), 'p95 ms': percentile(counted, 0.95) };
}

function streamRow(way: string, streams: readonly Stream[]): object {
  const first = streams.map(({ firstMs }) => firstMs);
  const merged = streams.reduce((sum, { records, chunks }) => sum + Math.max(0, records - chunks), 0);
  const records = streams.reduce((sum, stream) => sum + stream.records, 0);
  return { way, 'first chunk p50 ms': percentile(first, 0.5), 'p95 ms': percentile(first, 0.95), records, merged };
}

async function main(): Promise<void> {
  const engine = process.env['BENCH_ENGINE'] === 'kong' ? 'kong' : 'stand-in';
  const run = await startOnThisMachine(engine, join(__dirname, '../..'), HOST);
  try {
    const { proxyUrl } = run.state;
    const ways = [
      ['direct', `http://${HOST}:8100`, `http://${HOST}:11434`],
      [engine, `${proxyUrl}/py-calculator`, `${proxyUrl}/ollama`],
    ] as const;
    const calls: object[] = [];
    for (const [way, calculator] of ways) calls.push(await callRow(way, calculator));
    console.table(calls);
    // Alternate, so that both run under the same conditions.
    await Promise.all(ways.map(([, , ollama]) => stream(ollama)));
    const streams: object[] = [];
    for (const [way, , ollama] of ways) {
      streams.push(streamRow(way, await Promise.all(Array.from({ length: STREAMS }, () => stream(ollama)))));
    }
    console.table(streams);
  } finally {
    agent.destroy();
    await run.stop();
  }
}

void main();
