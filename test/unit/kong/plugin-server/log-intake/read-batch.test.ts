import { parseEntry, type ParsedEntry } from '../../../../../kong/plugin-server/log-intake/parse-entry';
import { readBatch, type BatchOptions } from '../../../../../kong/plugin-server/log-intake/read-batch';
import { SeenRequests } from '../../../../../kong/plugin-server/log-intake/seen-requests';
import { SLICE_MS, Slices } from '../../../../../kong/plugin-server/log-intake/slices';

const entryOf = (id: string) => ({ request: { id }, response: {} });

/** Reads a batch that arrives in pieces, and keeps what was handled. */
async function read(pieces: readonly string[], options: Partial<BatchOptions> = {}) {
  const handled: ParsedEntry[] = [];
  const results: string[] = [];
  const chunks = (async function* () {
    for (const piece of pieces) yield await Promise.resolve(Buffer.from(piece));
  })();
  const outcome = await readBatch(chunks, {
    maxEntryBytes: 1000,
    maxDepth: 10,
    maxBatchBytes: 10_000,
    maxBatchEntries: 10,
    seen: new SeenRequests(),
    slices: new Slices(),
    handle: (entry) => {
      handled.push(entry);
      return Promise.resolve(true);
    },
    count: (result) => results.push(result),
    ...options,
  });
  return { outcome, handled, results };
}

it('handles each entry once, also if Kong sends the batch again', async () => {
  const batch = JSON.stringify([entryOf('a'), entryOf('b'), entryOf('a')]);
  const seen = new SeenRequests();
  expect((await read([batch], { seen })).outcome).toEqual({ result: 'accepted', counts: { handled: 2, duplicate: 1 } });
  expect((await read([batch], { seen })).outcome).toEqual({ result: 'accepted', counts: { duplicate: 3 } });
});

it('continues a batch whose first half was handled before the connection ended', async () => {
  const [first, second] = [JSON.stringify(entryOf('a')), JSON.stringify(entryOf('b'))];
  const seen = new SeenRequests();
  expect((await read([`[${first},`], { seen })).outcome.result).toBe('malformed');
  const { handled } = await read([`[${first},${second}]`], { seen });
  expect(handled.map(({ requestId }) => requestId)).toEqual(['b']);
});

it('handles every entry without an id', async () => {
  const { handled } = await read([JSON.stringify([{}, {}, { request: { id: '' } }, { request: { id: 5 } }])]);
  expect(handled).toHaveLength(4);
});

it('skips what is not JSON and what is too large, and accepts the batch', async () => {
  const { outcome, results } = await read([`[{"a":},${JSON.stringify({ a: 'x'.repeat(1000) })},{}]`]);
  expect(outcome).toEqual({ result: 'accepted', counts: { malformed: 1, too_large: 1, handled: 1 } });
  expect(results).toEqual(['malformed', 'too_large', 'handled']);
});

it('counts an entry whose handler failed, and goes on', async () => {
  const { outcome } = await read(['[{},{}]'], { handle: () => Promise.resolve(false) });
  expect(outcome).toEqual({ result: 'accepted', counts: { failed: 2 } });
});

it.each([
  ['bytes', ['['.padEnd(6000), ' '.repeat(6000)], /more than 10000 bytes: lower queue\.max_batch_size/],
  ['entries', [JSON.stringify(Array(11).fill({}))], /more than 10 entries: lower queue\.max_batch_size/],
])('rejects a batch with too many %s', async (_name, pieces, fault) => {
  const { outcome } = await read(pieces);
  expect(outcome).toEqual({ result: 'too_large', fault: expect.stringMatching(fault) as unknown });
});

it('lets other work run after each slice of time', async () => {
  let nowMs = 0;
  const pausedAfter: number[] = [];
  const slices = new Slices(
    () => nowMs,
    () => Promise.resolve(pausedAfter.push(nowMs)),
  );
  const handle = () => Promise.resolve((nowMs += SLICE_MS / 2) > 0);
  const batch = JSON.stringify(Array(9).fill({}));
  await read([batch], { slices, handle });
  expect(pausedAfter).toEqual([0.5, 1.5, 2.5, 3.5, 4.5].map((slice) => slice * SLICE_MS));
  // Two batches share a slice.
  pausedAfter.length = 0;
  await Promise.all([read([batch], { slices, handle }), read([batch], { slices, handle })]);
  expect(pausedAfter).toHaveLength(9);
});

describe('an entry', () => {
  it('has the log entry and the values of kong.ctx.shared apart', () => {
    const ctx_shared = { mcp: { messages: [{ id: 1 }] }, capture: { head: 'eA==' } };
    const parsed = parseEntry(JSON.stringify({ ...entryOf('a'), ctx_shared }))!;
    expect(parsed.logEntry).toEqual({ request: { id: 'a' }, response: {} });
    expect(parsed.shared).toEqual(ctx_shared);
  });

  it('has exact numbers where they are written as text', () => {
    const shared = { mcp: { messages: [{ id: { $number: '9007199254740991' } }, [{ $number: '1e+300' }]] } };
    expect(parseEntry(JSON.stringify({ ctx_shared: shared }))!.shared).toEqual({
      mcp: { messages: [{ id: Number.MAX_SAFE_INTEGER }, [1e300]] },
    });
  });

  it.each([undefined, null, 5, 'x', [], [[1]]])('may have %j in place of the values', (ctx_shared) => {
    expect(parseEntry(JSON.stringify({ ctx_shared }))!.shared).toEqual({});
  });

  it('does not take a key of the client for a prototype', () => {
    const text = '{"ctx_shared":{"__proto__":{"mcp":1},"mcp":{"__proto__":{"id":{"$number":"1"}}}}}';
    const { shared } = parseEntry(text)!;
    expect((shared['mcp'] as { id?: unknown }).id).toBeUndefined();
    expect(Object.getPrototypeOf(shared['mcp'])).toBe(Object.prototype);
  });
});

describe('the ids of the latest requests', () => {
  it('are at least as many as the bound, and at most twice as many', () => {
    const seen = new SeenRequests(10);
    for (let id = 0; id < 25; id += 1) expect(seen.add(`${id}`)).toBe(true);
    for (let id = 15; id < 25; id += 1) expect(seen.add(`${id}`)).toBe(false);
    expect(seen.add('0')).toBe(true);
  });
});
