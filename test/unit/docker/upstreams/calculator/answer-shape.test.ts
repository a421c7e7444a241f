import fc from 'fast-check';
import { answerShape, wantsProgress } from '../../../../../docker/upstreams/calculator/answer-shape';

describe('answerShape', () => {
  it.each([
    ['application/json, text/event-stream', false, 'json'],
    ['application/json, text/event-stream', true, 'sse'],
    ['application/json;q=0.5,TEXT/Event-Stream; q=1', true, 'sse'],
    ['application/json', true, 'json'],
    ['text/event-stream', false, 'sse'],
    ['*/*', false, 'json'],
    ['*/*', true, 'json'],
    [null, false, 'json'],
    ['text/html', true, 'not_acceptable'],
    ['', false, 'not_acceptable'],
  ])('of accept %s with progress %s is %s', (accept, progress, shape) => {
    expect(answerShape(accept, progress)).toBe(shape);
  });
});

describe('wantsProgress', () => {
  const asking = { params: { _meta: { progressToken: 0 } } };
  it.each([
    [asking, true],
    [[{ method: 'ping' }, asking], true],
    [{ params: { _meta: {} } }, false],
    [{ params: null }, false],
    [undefined, false],
    ['text', false],
  ])('of %j is %s', (body, expected) => {
    expect(wantsProgress(body)).toBe(expected);
  });

  it('accepts any value', () => {
    fc.assert(fc.property(fc.anything(), (value) => typeof wantsProgress(value) === 'boolean'));
  });
});
