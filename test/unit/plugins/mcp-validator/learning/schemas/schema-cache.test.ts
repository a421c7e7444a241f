import { compileToolSchema } from '../../../../../../plugins/mcp-validator/arguments/compile-tool-schema';
import {
  CompiledSchemas,
  MAX_MAIN_THREAD_BYTES,
  MAX_PER_SECOND,
} from '../../../../../../plugins/mcp-validator/learning/schemas/compiled-schemas';
import { probeSchema, type Probe } from '../../../../../../plugins/mcp-validator/learning/schemas/probe-schema';
import { SchemaCache, type CachedSchema } from '../../../../../../plugins/mcp-validator/learning/schemas/schema-cache';

describe('a schema that was announced', () => {
  function start(...probes: Probe[]) {
    let nowMs = 0;
    let asked = 0;
    const cache = new SchemaCache(
      () => Promise.resolve(probes[Math.min(asked++, probes.length - 1)]!),
      () => nowMs,
    );
    return { cache, asked: () => asked, pass: (ms: number) => (nowMs += ms) };
  }

  it('is compiled once, and pending until then', async () => {
    const { cache, asked } = start({ text: '{}', bytes: 5 });
    const { key, probed } = cache.put('a');
    expect(cache.put('a')).toEqual({ key, probed: undefined });
    expect(cache.get(key)).toBe('pending');
    await probed;
    expect(cache.get(key)).toEqual({ key, text: '{}', bytes: 5 });
    expect(cache.put('a').probed).toBeUndefined();
    expect(asked()).toBe(1);
  });

  it.each([
    ['unsupported', Infinity],
    ['too_large', Infinity],
    ['deadline', 600_000],
    ['busy', 0],
    ['budget', 0],
    ['failed', 0],
  ] as const)('and is %s is tried again after %d ms', async (unusable, afterMs) => {
    const { cache, pass } = start({ unusable, problem: 'x' }, { text: '{}', bytes: 5 });
    const { key, probed } = cache.put('a');
    await probed;
    expect(cache.get(key)).toBe(unusable);
    pass(Math.min(afterMs, 1e12));
    await cache.put('a').probed;
    expect(cache.get(key)).toEqual(afterMs === Infinity ? unusable : { key, text: '{}', bytes: 5 });
  });

  it('is evicted if others of its service need the space', async () => {
    const { cache } = start({ text: 'x'.repeat(400_000), bytes: 5 });
    const { key } = cache.put('a');
    for (const text of ['b', 'c', 'd']) await cache.put(text).probed;
    expect(cache.get(key)).toBe('evicted');
  });
});

describe('the main thread', () => {
  const kept = (properties: number): CachedSchema => {
    const named = Array.from({ length: properties }, (_, i) => [`p${i}`, { type: 'integer' }] as const);
    const probe = probeSchema(JSON.stringify({ type: 'object', properties: Object.fromEntries(named) }));
    if ('unusable' in probe) throw new Error(probe.problem);
    return { key: String(properties), ...probe };
  };

  it('compiles no schema above its bound, by the size that another thread measured', () => {
    let longest = 0;
    const cache = new CompiledSchemas(
      () => 0,
      (text) => {
        const compiled = compileToolSchema(text);
        if (compiled.ok) longest = Math.max(longest, compiled.bytes);
        return compiled;
      },
    );
    const made = [1, 10, 100, 500, 1000].map((count) => cache.get('s', kept(count)) !== undefined);
    expect(made).toEqual([true, true, true, false, false]);
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThanOrEqual(MAX_MAIN_THREAD_BYTES);
  });

  it('compiles no large patterns, although their text is short', () => {
    const cache = new CompiledSchemas(() => 0, compileToolSchema);
    const schema = { type: 'object', properties: { p: { pattern: '^[a-z]{1,900}[0-9]{1,900}$' } } };
    const probe = probeSchema(JSON.stringify(schema));
    if ('unusable' in probe) throw new Error(probe.problem);
    expect(cache.get('s', { key: 'k', ...probe })).toBeUndefined();
  });

  it('compiles a bounded number per second for one service, and none twice', () => {
    let nowMs = 0;
    let count = 0;
    const cache = new CompiledSchemas(
      () => nowMs,
      (...given) => {
        count++;
        return compileToolSchema(...given);
      },
    );
    const small = kept(1);
    const ask = (service: string, key: string) => cache.get(service, { ...small, key }) !== undefined;
    for (let i = 0; i < 100; i++) ask('a', `a${i}`);
    expect(count).toBe(MAX_PER_SECOND);
    expect([ask('a', 'a0'), ask('a', 'a99'), ask('b', 'b0')]).toEqual([true, false, true]);
    nowMs += 1000;
    expect(ask('a', 'a99')).toBe(true);
    expect(count).toBe(MAX_PER_SECOND + 2);
  });
});
