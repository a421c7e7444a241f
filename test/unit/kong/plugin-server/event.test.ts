import {
  definePlugin,
  Metrics,
  proceed,
  read,
  reject,
  type Log,
  type OnError,
  type Outcome,
} from '../../../../kong/pdk';
import { runEvent, type Ask, type EventRecord } from '../../../../kong/plugin-server/event';
import { encodeAnswer } from '../../../../kong/plugin-server/protocol/event-answer';
import { messages } from '../../../../kong/plugin-server/protocol/messages';
import { ServerMetrics } from '../../../../kong/plugin-server/server-metrics';
import { holdsNothing } from '../../../support/holds-nothing';
import { preparedConfiguration } from '../../../support/prepared-configuration';

const errors: object[] = [];
const silent = (): void => undefined;
const decisions: object[] = [];
const log: Log = {
  debug: (fields) => decisions.push(fields),
  info: silent,
  warn: silent,
  error: (fields) => errors.push(fields),
};
let registry: Metrics;
let record: EventRecord;

beforeEach(() => {
  errors.length = 0;
  decisions.length = 0;
  registry = new Metrics();
  record = { log, metrics: new ServerMetrics(registry, holdsNothing), logsDecisions: false };
});

/** Kong's side: each reply of a batch is the text `r1`, `r2`, ... */
const ask: Ask = (batch) =>
  Promise.resolve(
    batch.repliesFrom(
      Array.from({ length: batch.size }, (_, i) => messages.text.encode({ v: Buffer.from(`r${i + 1}`) })),
    ),
  );

interface Phases {
  readonly access?: (method: string) => Outcome | Promise<Outcome>;
  readonly log?: () => void;
  readonly isNeeded?: false;
  readonly onError?: OnError;
}

const run = (phase: string, { access, log: logged, isNeeded, onError = 'reject' }: Phases, asks = ask) => {
  const declared = definePlugin({
    name: 'one',
    version: '1',
    priority: 1,
    onError,
    fields: {},
    prepare: () => undefined,
    access: { reads: { method: read.method() }, handle: (_, { method }) => access!(method) },
    log: {
      reads: { ip: read.forwardedIp() },
      handle: () => {
        logged!();
      },
      ...(isNeeded === false && { neededBy: () => [] }),
    },
  });
  const { access: guard, log: watch } = declared.phases;
  const plugin = { ...declared, phases: { ...(access && { access: guard! }), ...(logged && { log: watch! }) } };
  const instance = { id: 1, configuration: preparedConfiguration(plugin) };
  return runEvent({ instance, phase, sequence: 3 }, asks, record);
};

const bug = (): never => {
  throw new Error('a bug');
};
const counted = async (): Promise<string[]> =>
  (await registry.registry.metrics()).split('\n').filter((line) => /_events_total\{|_errors_total\{/.test(line));

const rejection = reject({
  status: 500,
  headers: { 'Content-Type': 'application/json; charset=utf-8' },
  body: '{"message":"An unexpected error occurred"}',
});

it('reads, decides and answers', async () => {
  const answer = await run('access', { access: (method) => proceed({ share: { method } }) });
  expect(answer).toEqual(encodeAnswer(proceed({ share: { method: 'r1' } }), 3));
  expect(await counted()).toEqual(['plugin_server_events_total{plugin="one",phase="access",outcome="proceed"} 1']);
});

it('reads nothing for a log phase that the configuration does not need', async () => {
  const never: Ask = () => Promise.reject(new Error('asked'));
  expect(await run('log', { log: bug, isNeeded: false }, never)).toEqual(encodeAnswer(proceed(), 3));
  expect(await counted()).toEqual([]);
});

it.each<[string, string, Phases, Outcome, string]>([
  ['a guard that throws', 'access', { access: bug }, rejection, 'rejected'],
  ['an observer that throws', 'access', { access: bug, onError: 'pass' }, proceed(), 'passed'],
  [
    'an outcome that cannot be encoded',
    'access',
    { access: () => proceed({ share: { a: undefined as never } }) },
    rejection,
    'rejected',
  ],
  ['a log phase that throws', 'log', { log: bug }, proceed(), 'passed'],
])('answers, counts and logs %s', async (_, phase, phases, outcome, request) => {
  expect(await run(phase, phases)).toEqual(encodeAnswer(outcome, 3));
  expect(await counted()).toEqual([
    `plugin_server_events_total{plugin="one",phase="${phase}",outcome="error"} 1`,
    `plugin_server_handler_errors_total{plugin="one",phase="${phase}",request="${request}"} 1`,
  ]);
  expect(errors).toMatchObject([{ plugin: 'one', phase, request_id: phase === 'access' ? 'r1' : undefined }]);
});

it.each(['rewrite', '__proto__', 'constructor'])('rejects a phase that the plugin does not have: %s', async (phase) => {
  expect(await run(phase, { access: () => proceed() })).toEqual(encodeAnswer(rejection, 3));
  expect((await counted())[0]).toContain('phase="_unknown",outcome="error"');
});

it('rejects a request with malformed replies, and logs no request id', async () => {
  const garbage: Ask = (batch) =>
    Promise.resolve(batch.repliesFrom(Array.from({ length: batch.size }, () => Buffer.of(0x0a, 0xff))));
  expect(await run('access', { access: () => proceed() }, garbage)).toEqual(encodeAnswer(rejection, 3));
  expect(errors).toMatchObject([{ request_id: undefined }]);
});

describe('with a debug log', () => {
  beforeEach(() => {
    record = { ...record, logsDecisions: true };
  });

  it.each<[string, Outcome, object]>([
    ['a request that proceeds', proceed(), { outcome: 'proceed', reason: undefined }],
    ['a rejected request', reject({ status: 400, headers: {}, body: '', reason: 'bad_body' }), { reason: 'bad_body' }],
    ['a request that would be rejected', proceed({ reason: 'rate_limited' }), { reason: 'rate_limited' }],
  ])('logs one line with id, outcome, reason and duration for %s', async (_, outcome, expected) => {
    await run('access', { access: () => outcome });
    expect(decisions).toEqual([
      expect.objectContaining({
        request_id: 'r1',
        plugin: 'one',
        phase: 'access',
        duration_ms: expect.any(Number) as number,
      }),
    ]);
    expect(decisions).toMatchObject([{ outcome: outcome.kind, ...expected }]);
  });

  it('logs no line for a log phase, which has no decision', async () => {
    await run('log', { log: () => undefined });
    expect(decisions).toEqual([]);
  });
});

it('logs no decision and reads no request id without a debug log', async () => {
  let asked = 0;
  await run('access', { access: () => proceed() }, (batch) => {
    asked += 1;
    return ask(batch);
  });
  expect([asked, decisions]).toEqual([1, []]);
});
