/**
 * How long the event loop, and so every other request, is blocked while large hostile bodies are checked: in the main
 * thread, and in a separate thread. Also the throughput, since passing a body to another thread has a cost.
 *
 * Prints a table. Uses the compiled suite, since threads cannot run the sources. No thresholds, since machines differ.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Headers } from '../../kong/pdk';
import { readConfig } from '../../kong/pdk/read-config';
import { decide } from '../../plugins/mcp-validator/decision/decide';
import type { Decision } from '../../plugins/mcp-validator/decision/decision';
import type * as LargeBodies from '../../plugins/mcp-validator/large-bodies/decide-in-thread';
import { compileRules } from '../../plugins/mcp-validator/rules';
import { fields } from '../../plugins/mcp-validator/schema';
import type * as SideThreadModule from '../../plugins/shared/runtime/side-thread/side-thread';

const built = createRequire(join(__dirname, '..', '..', 'dist', 'plugins', 'index.js'));
const { createDecideInThread } = built('./mcp-validator/large-bodies/decide-in-thread') as typeof LargeBodies;
const { SideThread } = built('./shared/runtime/side-thread/side-thread') as typeof SideThreadModule;

const RUN_MS = 3000;
const ROUNDS = 2;
const SENDERS = 4;

const config = readConfig(fields, {});
const rules = compileRules(config);
const decideInThread = createDecideInThread(config, new SideThread());
const headers = Headers.from({ 'content-type': 'application/json', accept: 'application/json, text/event-stream' });

const call = (members: string): Buffer =>
  Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{${members}}}}`);
const bodies: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['70 kB of text', call(`"text":"${'lorem ipsum '.repeat(5800)}"`)],
  ['1 MiB of text', call(`"text":"${'lorem ipsum '.repeat(87_000)}"`)],
  ['90 000 members', call(Array.from({ length: 90_000 }, (_, i) => `"key-${i}":0`).join())],
];

const factsOf = (bytes: Buffer) => ({
  method: 'POST',
  path: '/mcp',
  headers,
  headersTruncated: false,
  body: { kind: 'bytes', bytes } as const,
});
const threads: readonly (readonly [place: string, decideIt: (bytes: Buffer) => Decision | Promise<Decision>])[] = [
  ['in place', (bytes) => decide(factsOf(bytes), rules)],
  ['in a thread', async (bytes) => (await decideInThread(factsOf(bytes), bytes, () => undefined)).decision],
];

/** Each sender sends the next body when the last one is checked, until the time is over. */
async function run(decideIt: (bytes: Buffer) => Decision | Promise<Decision>, bytes: Buffer): Promise<object> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startedAtMs = performance.now();
  let decided = 0;
  const send = async (): Promise<void> => {
    while (performance.now() < startedAtMs + RUN_MS) {
      const decision = await decideIt(bytes);
      if (decision.kind !== 'pass') throw new Error(decision.response.reason);
      decided += 1;
      await nextTurn();
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
  delay.disable();
  const seconds = (performance.now() - startedAtMs) / 1000;
  const ms = (nanoseconds: number): number => Number((nanoseconds / 1e6).toPrecision(3));
  return {
    'bodies/s': Math.round(decided / seconds),
    'blocked, ms: p50': ms(delay.percentile(50)),
    p99: ms(delay.percentile(99)),
    max: ms(delay.max),
  };
}

async function main(): Promise<void> {
  const rows: object[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [body, bytes] of bodies) {
      for (const [place, decideIt] of threads) {
        await decideIt(bytes);
        rows.push({ round, body, decided: place, ...(await run(decideIt, bytes)) });
      }
    }
  }
  console.table(rows);
}

void main();
