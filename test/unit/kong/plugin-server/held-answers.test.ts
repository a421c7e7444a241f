import { keep, reject, replaceAnswer } from '../../../../kong/pdk';
import { Metrics } from '../../../../kong/pdk';
import { addChange, addRejection, changedHeaders, NO_CHANGE } from '../../../../kong/plugin-server/answer-change';
import { exitEffects, headerEffects, passOnEffects } from '../../../../kong/plugin-server/answer-effects';
import { Configurations } from '../../../../kong/plugin-server/configurations';
import { heldRead, holdOrRelease, type Held } from '../../../../kong/plugin-server/held-answers';
import { silentLog } from '../../../../kong/testkit/silent-log';
import { both, first, second } from '../../../support/held-plugins';

const hold = { reason: 'test', failure: { status: 200, body: 'of b' } };
const heldByA: Held = { by: ['a'], status: 502, failure: 'of a' };
const shared = (value: Held) => ({ method: 'kong.ctx.shared.set', key: 'held', value });
const release = { method: 'kong.nginx.set_ctx', key: 'buffered_proxying', value: false };

it.each([
  ['releases what nobody holds', [], undefined, [release]],
  ['leaves what an earlier plugin holds', [], heldByA, []],
  ['holds', [{ by: 'b', hold }], undefined, [shared({ by: ['b'], status: 200, failure: 'of b' })]],
  ['holds too, and keeps the first failure', [{ by: 'b', hold }], heldByA, [shared({ ...heldByA, by: ['a', 'b'] })]],
])('%s', (_, wishes, held, effects) => {
  expect(holdOrRelease(wishes, held)).toEqual(effects);
});

it.each([undefined, null, 'text', {}, { by: 'a', status: 1, failure: '' }, { by: [], status: '1', failure: '' }])(
  'takes the shared value %j for nobody',
  (value) => {
    expect(heldRead.shape(value)).toBeUndefined();
  },
);

const answer = { status: 200, headers: { etag: '"1"', 'x-up': '1', 'content-length': '9' }, held: heldByA };
const replaced = addChange(
  NO_CHANGE,
  replaceAnswer({ body: 'new', headers: { 'X-New': '1' }, removeHeaders: ['X-Up'] }),
);
const bytes = Buffer.from('new');
const cleared = [
  { method: 'kong.response.clear_header', name: 'etag' },
  { method: 'kong.response.clear_header', name: 'x-up' },
];

it('clears what describes the old body before the exit', () => {
  const exit = { method: 'kong.response.exit', status: 200, headers: { 'X-New': '1' }, body: bytes };
  expect(exitEffects(answer, replaced, bytes)).toEqual([...cleared, exit]);
});

it('changes what the next plugin reads, and marks that Kong must not send its own copy', () => {
  const effects = passOnEffects(answer, addChange(replaced, replaceAnswer({ body: 'new', status: 203 })), bytes);
  expect(effects[0]).toEqual(shared({ ...heldByA, passed_on: true }));
  expect(effects.slice(-3)).toEqual([
    { method: 'kong.response.set_headers', headers: { 'X-New': '1', 'Content-Length': '3' } },
    { method: 'kong.response.set_status', status: 203 },
    { method: 'kong.nginx.set_ctx', key: 'buffered_body', value: bytes },
  ]);
});

it('removes the mark with the exit', () => {
  const passed = { ...answer, held: { ...heldByA, passed_on: true as const } };
  expect(exitEffects(passed, NO_CHANGE, bytes)[0]).toEqual(shared(heldByA));
});

it('has no effect for an answer that is kept', () => {
  expect(headerEffects(answer, addChange(NO_CHANGE, keep()))).toEqual([]);
});

it.each([
  ['sets a header again that was removed', replaceAnswer({ body: '', headers: { 'x-up': '2' } }), '2'],
  ['removes a header again that was set', replaceAnswer({ body: '', removeHeaders: ['X-New'] }), undefined],
])('%s', (_, outcome, expected) => {
  const headers = changedHeaders(answer.headers, addChange(replaced, outcome));
  expect(headers[expected === undefined ? 'x-new' : 'x-up']).toBe(expected);
});

it('leaves no header of the content to a rejection', () => {
  const { remove } = addRejection(NO_CHANGE, reject({ status: 403, headers: { Link: 'own' }, body: '' }));
  expect([remove.has('location'), remove.has('content-encoding'), remove.has('link')]).toEqual([true, true, false]);
});

it('asks for earlier wishes only where an earlier plugin may hold', async () => {
  const resources = { metrics: new Metrics(), log: silentLog, now: Date.now, env: {} };
  const configurations = new Configurations(resources);
  const raw = (id: string) => ({ __plugin_id: id, __key__: id, __seq__: 1 });
  const { configuration: later } = await configurations.acquire(second, raw('2'));
  const { configuration: earlier } = await configurations.acquire(first, raw('1'));
  const { configuration: composed } = await configurations.acquire(both, { ...raw('3'), one: {} });
  expect([earlier, composed, later].map(({ isHeldBefore }) => isHeldBefore())).toEqual([false, true, true]);
  await configurations.closeAll();
});
