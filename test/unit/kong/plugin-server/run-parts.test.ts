import {
  ask,
  definePlugin,
  proceed,
  read,
  reject,
  type KongRead,
  type OnError,
  type Outcome,
  type SinglePlugin,
} from '../../../../kong/pdk';
import { EventFacts } from '../../../../kong/plugin-server/event-facts';
import { keyOf, PlannedBatch, planOf } from '../../../../kong/plugin-server/event-plan';
import { INTERNAL_ERROR, runParts } from '../../../../kong/plugin-server/run-parts';
import { preparedConfiguration } from '../../../support/prepared-configuration';

const bug = new Error('a bug');
const fail = (): never => {
  throw bug;
};
const rejection = reject({ status: 403, headers: {}, body: 'no' });
const kind = (outcome: Outcome): string => outcome.kind;

interface Behaviour {
  readonly access?: () => unknown;
  readonly log?: () => unknown;
  readonly onError?: OnError;
}

const reads = { method: read.method() };
const more = { ip: read.forwardedIp(), path: read.path() };

function pluginOf({ access, log, onError = 'reject' }: Behaviour): SinglePlugin {
  return definePlugin({
    name: 'one',
    version: '1',
    priority: 1,
    onError,
    fields: {},
    prepare: () => 'state',
    access: {
      reads,
      more: { reads: more, isNeeded: ({ method }) => method === 'POST' },
      handle: access
        ? () => access() as Outcome
        : (state, facts, rest) => proceed({ share: { state, ...facts, ...(rest && { ip: rest.ip }) } }),
    },
    log: { reads: {}, handle: () => log?.() as undefined },
  });
}

/** Kong's side: notes each batch; the value of a read is its operation, unless it is given here. */
function kongWith(values: Readonly<Record<string, unknown>> = {}) {
  const batches: string[][] = [];
  const fetch = (batch: readonly KongRead<unknown>[]) => {
    batches.push(batch.map(keyOf));
    return Promise.resolve({
      valueAt: (index: number) => {
        const { method } = batch[index]!;
        return method in values ? values[method] : method;
      },
    });
  };
  return { batches, fetch };
}

const run = async (
  plugin: SinglePlugin,
  phase = 'access',
  kong = kongWith(),
  apply: (outcome: Outcome) => string = kind,
) => (await runParts(planOf(preparedConfiguration(plugin, 'state'), phase), phase, kong.fetch, apply))[0]!;

const METHOD = 'kong.request.get_method ';
const MORE = ['kong.client.get_forwarded_ip ', 'kong.request.get_path '];

it.each([
  ['GET', [[METHOD]], { state: 'state', method: 'GET' }],
  ['POST', [[METHOD], MORE], { state: 'state', method: 'POST', ip: '::1' }],
])('%s: fetches what the request needs, one batch at a time', async (method, asked, share) => {
  const kong = kongWith({ 'kong.request.get_method': method, 'kong.client.get_forwarded_ip': '::1' });
  expect((await run(pluginOf({}), 'access', kong)).outcome).toEqual(proceed({ share }));
  expect(kong.batches).toEqual(asked);
});

it('fetches what a handler asks for in the middle, and decides with it', async () => {
  const kong = kongWith({ 'kong.client.load_consumer': { id: '1', username: 'ann' } });
  const reads = { found: read.consumerByName('ann'), method: read.method() };
  const plugin = pluginOf({
    access: () => Promise.resolve(ask(reads, ({ found }) => proceed({ share: { found: found?.username ?? '' } }))),
  });
  expect((await run(plugin, 'access', kong)).outcome).toEqual(proceed({ share: { found: 'ann' } }));
  expect(kong.batches).toEqual([[METHOD], ['kong.client.load_consumer ann']]);
});

it('rejects the request of a guard that throws when its question is answered', async () => {
  expect(await run(pluginOf({ access: () => ask({}, fail) }))).toMatchObject({
    outcome: INTERNAL_ERROR,
    failure: { error: bug },
  });
});

it.each<[string, string, Behaviour, object]>([
  ['an outcome', 'access', { access: () => rejection }, { outcome: rejection, applied: 'reject' }],
  ['a promised outcome', 'access', { access: () => Promise.resolve(proceed()) }, { applied: 'proceed' }],
  ['no outcome of a log phase', 'log', {}, { outcome: proceed(), applied: 'proceed' }],
  ['the value of a log phase is ignored', 'log', { log: () => rejection }, { outcome: proceed(), applied: 'proceed' }],
])('returns %s', async (_, phase, behaviour, result) => {
  const actual = await run(pluginOf(behaviour), phase);
  expect(actual).toMatchObject(result);
  expect(actual).not.toHaveProperty('failure');
});

it.each<[string, string, Behaviour, Outcome]>([
  ['a guard throws', 'access', { access: fail }, INTERNAL_ERROR],
  ['an observer throws', 'access', { access: fail, onError: 'pass' }, proceed()],
  ['a promise of a guard rejects', 'access', { access: () => Promise.reject(bug) }, INTERNAL_ERROR],
  ['the log phase of a guard throws, when nothing can be rejected', 'log', { log: fail }, proceed()],
])('follows onError if %s', async (_, phase, behaviour, outcome) => {
  expect(await run(pluginOf(behaviour), phase)).toMatchObject({ outcome, failure: { error: bug } });
});

it.each<[OnError, unknown, string]>([
  ['reject', rejection, 'reject'],
  ['pass', rejection, 'proceed'],
  ['reject', undefined, 'reject'],
])('treats an outcome that cannot be applied as a throw (%s)', async (onError, outcome, applied) => {
  const result = await run(pluginOf({ access: () => outcome, onError }), 'access', kongWith(), (given) => {
    if (given === outcome) throw bug;
    return given.kind;
  });
  expect(result).toMatchObject({ applied, failure: { error: bug } });
});

it('knows a failure even if undefined was thrown', async () => {
  const plugin = pluginOf({
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what a plugin with a bug may do
    access: () => Promise.reject(undefined),
  });
  expect(await run(plugin)).toMatchObject({ applied: 'reject', failure: { error: undefined } });
});

it('rejects the request of a guard when a reply is malformed', async () => {
  const fetch = () => Promise.resolve({ valueAt: fail });
  expect(await run(pluginOf({}), 'access', { batches: [], fetch })).toMatchObject({ failure: { error: bug } });
});

describe('facts of the service', () => {
  const named = definePlugin({
    name: 'named',
    version: '1',
    priority: 1,
    onError: 'reject',
    fields: {},
    prepare: () => undefined,
    access: {
      reads: { service: read.serviceName(), method: read.method() },
      handle: (_, { service }) => proceed({ share: { service } }),
    },
  });
  const SERVICE = 'kong.router.get_service ';

  it.each([
    ['are fetched once if the configuration is bound to one service', true, [[METHOD, SERVICE], [METHOD]]],
    [
      'are fetched for each request otherwise',
      false,
      [
        [METHOD, SERVICE],
        [METHOD, SERVICE],
      ],
    ],
  ])('%s', async (_, isBoundToService, batches) => {
    const plan = planOf({ ...preparedConfiguration(named), isBoundToService }, 'access');
    const kong = kongWith({ 'kong.router.get_service': { name: 'calc' } });
    for (let i = 0; i < 2; i++) {
      const [result] = await runParts(plan, 'access', kong.fetch, kind);
      expect(result?.outcome.share).toEqual({ service: 'calc' });
    }
    expect(kong.batches).toEqual(batches);
  });
});

it('changes headers that only a question in the middle of a decision read', async () => {
  const headers = read.headers();
  const kong = kongWith({ 'kong.request.get_headers': { a: '1', b: '2' } });
  const plan = planOf(preparedConfiguration(pluginOf({})), 'access');
  const facts = new EventFacts(plan, kong.fetch);
  await facts.loadMissing(new PlannedBatch([headers]));
  expect(facts.valueOf(headers).get('a')).toBe('1');
  facts.note(proceed({ clearUpstreamHeaders: ['A'], upstreamHeaders: { C: '3' } }));
  expect(facts.valueOf(headers).toRecord()).toEqual({ b: ['2'], c: ['3'] });
});
