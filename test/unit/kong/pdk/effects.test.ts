import { proceed, reject, type Outcome } from '../../../../kong/pdk';
import { effectsOf } from '../../../../kong/pdk/effects';

const answer = { status: 400, headers: { 'Content-Type': 'text/plain' }, body: 'nö' };

it.each<[string, Outcome, readonly object[]]>([
  ['an outcome without effects', proceed(), []],
  ['empty effects', proceed({ share: {}, responseHeaders: {}, upstreamHeaders: {}, clearUpstreamHeaders: [] }), []],
  [
    'all effects: removes and sets headers at once',
    proceed({
      share: { a: 1, b: 'x' },
      responseHeaders: { R: '1' },
      upstreamHeaders: { U: ['1', '2'] },
      clearUpstreamHeaders: ['C', 'D'],
    }),
    [
      { method: 'kong.ctx.shared.set', key: 'a', value: 1 },
      { method: 'kong.ctx.shared.set', key: 'b', value: 'x' },
      { method: 'kong.response.set_headers', headers: { R: '1' } },
      { method: 'kong.service.request.set_headers', headers: { C: [], D: [], U: ['1', '2'] } },
    ],
  ],
  [
    'a header that is removed and set: sets it, in any case',
    proceed({ upstreamHeaders: { Authorization: 'new' }, clearUpstreamHeaders: ['authorization', 'x'] }),
    [{ method: 'kong.service.request.set_headers', headers: { x: [], Authorization: 'new' } }],
  ],
  [
    'one header that is removed',
    proceed({ clearUpstreamHeaders: ['C'] }),
    [{ method: 'kong.service.request.clear_header', name: 'C' }],
  ],
  [
    'two headers that are removed',
    proceed({ clearUpstreamHeaders: ['C', 'D'] }),
    [{ method: 'kong.service.request.set_headers', headers: { C: [], D: [] } }],
  ],
  [
    'an authentication: before all else',
    proceed({ share: { a: 1 }, authenticate: { credential: { id: 'c', consumerId: 'u' } } }),
    [
      { method: 'kong.client.authenticate', credential: { id: 'c', consumerId: 'u' } },
      { method: 'kong.ctx.shared.set', key: 'a', value: 1 },
    ],
  ],
  [
    'a rejection: the exit comes last',
    reject({ ...answer, share: { why: 'x' } }),
    [
      { method: 'kong.ctx.shared.set', key: 'why', value: 'x' },
      { method: 'kong.response.exit', status: 400, headers: answer.headers, body: Buffer.from('nö') },
    ],
  ],
])('translates %s', (_, outcome, effects) => {
  expect(effectsOf(outcome)).toEqual(effects);
});

it('marks outcomes with the kind proceed or reject', () => {
  expect(proceed({ responseHeaders: { a: 'b' } })).toEqual({ kind: 'proceed', responseHeaders: { a: 'b' } });
  expect(reject(answer)).toEqual({ kind: 'reject', ...answer });
});
