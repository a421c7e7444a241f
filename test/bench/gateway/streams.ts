import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { performance } from 'node:perf_hooks';
import { HEADERS } from './load';
import { SMALL_CALL } from './messages';
import { medianOf } from './stats';

const TIMEOUT_MS = 30_000;

/** Headers beside those of each request. */
type Added = Readonly<Record<string, string>>;

/** Opens streams one after the other; returns the median time from the request to the first chunk, in milliseconds. */
export async function firstChunkMs(url: string, streams: number, headers: Added = {}): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times: number[] = [];
  for (let i = 0; i < streams; i++) times.push(await openStream(url, agent, headers));
  agent.destroy();
  return medianOf(times);
}

/** Opens streams at the same time; returns the time of each one from the request to the first chunk, in milliseconds. */
export async function firstChunksMs(url: string, streams: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: streams });
  const times = await Promise.all(Array.from({ length: streams }, () => openStream(url, agent)));
  agent.destroy();
  return times;
}

async function openStream(url: string, agent: Agent, headers: Added = {}): Promise<number> {
  const startedAt = performance.now();
  const outgoing = request(`${url}?stream=1`, {
    method: 'POST',
    agent,
    headers: { ...HEADERS, ...headers },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  outgoing.end(SMALL_CALL);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  if (incoming.statusCode !== 200) throw new Error(`a stream was answered with status ${incoming.statusCode}`);
  let ms = NaN;
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    if (bytes === 0) ms = performance.now() - startedAt;
    bytes += chunk.length;
  }
  return ms;
}
