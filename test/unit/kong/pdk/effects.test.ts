import { proceed, reject, type Outcome } from '../../../../kong/pdk';
import { effectsOf } from '../../../../kong/pdk/effects';

const answer = { status: 400, headers: { 'Content-Type': 'text/plain' }, body: 'nö' };

it.each<[string, Outcome, readonly object[]]>([
  ['nothing to do', proceed(), []],
  ['empty effects', proceed({ share: {}, responseHeaders: {}, upstreamHeaders: {}, clearUpstreamHeaders: [] }), []],
  [
    'all effects, removed headers before set ones',
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
      { method: 'kong.service.request.clear_header', name: 'C' },
      { method: 'kong.service.request.clear_header', name: 'D' },
      { method: 'kong.service.request.set_headers', headers: { U: ['1', '2'] } },
    ],
  ],
  [
    'a refusal: the exit is last',
    reject({ ...answer, share: { why: 'x' } }),
    [
      { method: 'kong.ctx.shared.set', key: 'why', value: 'x' },
      { method: 'kong.response.exit', status: 400, headers: answer.headers, body: Buffer.from('nö') },
    ],
  ],
])('%s', (_, outcome, effects) => {
  expect(effectsOf(outcome)).toEqual(effects);
});

it('proceed and reject say what they are', () => {
  expect(proceed({ responseHeaders: { a: 'b' } })).toEqual({ kind: 'proceed', responseHeaders: { a: 'b' } });
  expect(reject(answer)).toEqual({ kind: 'reject', ...answer });
});
