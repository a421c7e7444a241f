import { Headers, Metrics, type Outcome } from '../../kong/pdk';
import { silentLog } from '../../kong/testkit/silent-log';
import { LARGE_BODY_BYTES } from '../../plugins/shared/runtime/side-thread/large-body';
import { MAX_HELD_BYTES } from '../../plugins/shared/runtime/side-thread/side-thread';

/** The resources of a plugin in its own process. */
export const resources = () => ({ metrics: new Metrics(), log: silentLog, now: () => 0, env: {}, scope: {} });

/** Text that makes a body large; as an argument, not so that it must be read in another thread. */
export const ballast = 'x'.repeat(LARGE_BODY_BYTES);

/** A call of a tool. */
export const call = (args: object, name = 'add', id = 1): object => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});

/** The facts of a POST request with this body. */
export const post = (body: object | string, headers: Record<string, string> = {}) => ({
  method: 'POST',
  path: '/mcp',
  headers: Headers.from({
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'x-twice': ['a', 'b'],
    ...headers,
  }),
  headersTruncated: false,
  body: { kind: 'bytes', bytes: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) } as const,
});

/** Sends more large requests at once than may be held; each rejection must have a Retry-After header. */
export async function flood(ask: (facts: ReturnType<typeof post>) => Outcome | Promise<Outcome>): Promise<void> {
  const facts = post(call({ ballast: ['x'.repeat(MAX_HELD_BYTES / 32)] }));
  const held = Math.floor(MAX_HELD_BYTES / facts.body.bytes.length);
  const outcomes = await Promise.all(Array.from({ length: 2 * held }, async () => ask(facts)));
  const rejected = outcomes.filter(({ kind }) => kind === 'reject');
  expect(rejected).toHaveLength(held);
  for (const outcome of rejected) {
    expect(outcome).toMatchObject({
      status: 503,
      headers: { 'Retry-After': '1' },
      share: { mcp_denied: { reason: 'busy' } },
    });
  }
}
