import { SpanStore } from '../../../../../docker/upstreams/trace-sink/span-store';
import type { Span } from '../../../../../docker/upstreams/trace-sink/spans';

const span = (name: string): Span => ({
  project: name < 'm' ? 'first' : 'second',
  name,
  traceId: '',
  spanId: '',
  parentId: null,
  startNs: 0n,
  endNs: 0n,
  statusCode: 'UNSET',
  statusMessage: '',
  attributes: {},
  events: [],
});
const names = (store: SpanStore): string =>
  store
    .newest()
    .map((kept) => kept.span.name)
    .join('');
const batch = (text: string): Span[] => text.split('').map(span);

describe('SpanStore', () => {
  it.each([
    [['abc'], 'cba'],
    [['abc', 'd', 'e'], 'edcb'],
    [['abcdefgh'], 'hgfe'],
    [[''], ''],
  ])('keeps the last four of %j', (batches, kept) => {
    const store = new SpanStore({ maxSpans: 4, maxBytes: 1e6 });
    for (const text of batches) store.add(batch(text), 10);
    expect(names(store)).toBe(kept);
  });

  it('removes the oldest spans at the limit of bytes, and drops a batch that is too large', () => {
    const store = new SpanStore({ maxSpans: 100, maxBytes: 100 });
    store.add(batch('ab'), 60);
    store.add(batch('cd'), 60);
    expect(names(store)).toBe('dcb');
    store.add(batch('x'), 101);
    expect(names(store)).toBe('');
    store.add(batch('y'), 100);
    expect(names(store)).toBe('y');
  });

  it('notifies listeners of stored spans, oldest first, with increasing numbers', () => {
    const store = new SpanStore({ maxSpans: 2, maxBytes: 1e6 }, 10);
    const heard: number[][] = [];
    const stop = store.listen((spans) => heard.push(spans.map(({ seq }) => seq)));
    store.add(batch('abc'), 10);
    store.add(batch('d'), 10);
    stop();
    store.add(batch('e'), 10);
    expect(heard).toEqual([[12, 13], [14]]);
    expect(store.find(14)?.span.name).toBe('d');
    expect(store.find(13)).toBeUndefined();
  });

  it('lists the projects', () => {
    const store = new SpanStore({ maxSpans: 10, maxBytes: 1e6 });
    store.add(batch('zab'), 10);
    expect(store.projects()).toEqual(['first', 'second']);
    expect(store.newest('first').map((kept) => kept.span.name)).toEqual(['b', 'a']);
  });
});
