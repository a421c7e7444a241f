import { definePlugin, proceed, reject, type OnError, type Outcome } from '../../../../kong/pdk';
import { runPhase } from '../../../../kong/plugin-server/run-phase';

const plugin = (onError: OnError) =>
  definePlugin({ name: 'one', version: '1', priority: 1, onError, fields: {}, prepare: () => undefined });
const apply = (outcome: Outcome): string => outcome.kind;
const refused = reject({ status: 403, headers: {}, body: 'no' });
const bug = new Error('a bug');
const fail = (): never => {
  throw bug;
};

it.each<[string, OnError, string, () => unknown, object]>([
  ['an outcome', 'reject', 'access', () => refused, { outcome: refused, applied: 'reject' }],
  [
    'a promised outcome',
    'pass',
    'access',
    () => Promise.resolve(proceed()),
    { outcome: proceed(), applied: 'proceed' },
  ],
  ['nothing, in the log phase', 'reject', 'log', () => undefined, { outcome: proceed(), applied: 'proceed' }],
  ['what a log phase gives is ignored', 'reject', 'log', () => refused, { outcome: proceed(), applied: 'proceed' }],
])('%s', async (_, onError, phase, decide, result) => {
  expect(await runPhase(plugin(onError), phase, decide, apply)).toEqual(result);
});

it.each<[string, OnError, string, () => unknown, string]>([
  ['a throw of a guard', 'reject', 'access', fail, 'reject'],
  ['a throw of an observer', 'pass', 'access', fail, 'proceed'],
  ['a rejection of a guard', 'reject', 'access', () => Promise.reject(bug), 'reject'],
  ["a throw of a guard's log phase, where there is nothing left to reject", 'reject', 'log', fail, 'proceed'],
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
  ['reject', refused, 'reject'],
  ['pass', refused, 'proceed'],
  ['reject', undefined, 'reject'],
])('%s: an outcome that cannot be applied is a throw as well', async (onError, outcome, applied) => {
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

it('knows a failure from its absence, even when nothing was thrown', async () => {
  const result = await runPhase(plugin('reject'), 'access', () => Promise.reject(undefined as unknown as Error), apply);
  expect(result).toMatchObject({ applied: 'reject', failure: { error: undefined } });
});
