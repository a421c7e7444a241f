import { definePlugin, proceed, reject, type OnError, type Outcome } from '../../../../kong/pdk';
import { runPhase } from '../../../../kong/plugin-server/run-phase';

const plugin = (onError: OnError) =>
  definePlugin({ name: 'one', version: '1', priority: 1, onError, fields: {}, prepare: () => undefined });
const apply = (outcome: Outcome): string => outcome.kind;
const rejected = reject({ status: 403, headers: {}, body: 'no' });
const bug = new Error('a bug');
const fail = (): never => {
  throw bug;
};

it.each<[string, OnError, string, () => unknown, object]>([
  ['returns an outcome', 'reject', 'access', () => rejected, { outcome: rejected, applied: 'reject' }],
  [
    'returns the outcome of a promise',
    'pass',
    'access',
    () => Promise.resolve(proceed()),
    { outcome: proceed(), applied: 'proceed' },
  ],
  ['accepts no outcome in the log phase', 'reject', 'log', () => undefined, { outcome: proceed(), applied: 'proceed' }],
  ['ignores an outcome of the log phase', 'reject', 'log', () => rejected, { outcome: proceed(), applied: 'proceed' }],
])('%s', async (_, onError, phase, decide, result) => {
  expect(await runPhase(plugin(onError), phase, decide, apply)).toEqual(result);
});

it.each<[string, OnError, string, () => unknown, string]>([
  ['rejects the request if a guard throws', 'reject', 'access', fail, 'reject'],
  ['lets the request proceed if an observer throws', 'pass', 'access', fail, 'proceed'],
  ['rejects the request if the promise of a guard rejects', 'reject', 'access', () => Promise.reject(bug), 'reject'],
  ["lets the request proceed if a guard's log phase throws", 'reject', 'log', fail, 'proceed'],
])('%s', async (_, onError, phase, decide, applied) => {
  const result = await runPhase(plugin(onError), phase, decide, apply);
  expect(result).toMatchObject({ applied, failure: { error: bug } });
  if (applied === 'reject') {
    expect(result.outcome).toEqual(
      reject({
        status: 500,
        headers: { 'Content-Type': 'application/json; charset=utf-8' },
        body: '{"message":"An unexpected error occurred"}',
      }),
    );
  }
});

it.each<[OnError, unknown, string]>([
  ['reject', rejected, 'reject'],
  ['pass', rejected, 'proceed'],
  ['reject', undefined, 'reject'],
])('treats an outcome that cannot be applied as a throw (onError: %s)', async (onError, outcome, applied) => {
  const result = await runPhase(
    plugin(onError),
    'access',
    () => outcome,
    (given) => {
      if (given === outcome) throw bug;
      return given.kind;
    },
  );
  expect(result).toMatchObject({ applied, failure: { error: bug } });
});

it('reports a failure even if the thrown value is undefined', async () => {
  const result = await runPhase(plugin('reject'), 'access', () => Promise.reject(undefined as unknown as Error), apply);
  expect(result).toMatchObject({ applied: 'reject', failure: { error: undefined } });
});
