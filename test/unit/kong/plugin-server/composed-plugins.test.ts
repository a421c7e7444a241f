import fc from 'fast-check';
import {
  ask,
  composePlugins,
  definePlugin,
  keep,
  proceed,
  read,
  reject,
  replaceAnswer,
  type AnswerOutcome,
  type Decided,
  type FactsOf,
  type KongRead,
  type Plugin,
  type Proceed,
  type SinglePlugin,
} from '../../../../kong/pdk';
import { phaseNeedsOf } from '../../../../kong/pdk/phase-needs';
import { hasResponsePhase, type PreparedPart } from '../../../../kong/plugin-server/configurations';
import { byPriority, KongRequest, type SentAnswer, type SentRequest } from '../../../support/kong-request';

const KEYS = ['one', 'two'] as const;
const NAMES = ['x-a', 'X-B', 'accept'] as const;
const ANSWERED = ['x-up', 'ETag', 'x-a'] as const;

/** What a made-up plugin does: it reports all that it can see, and changes something. */
interface Behaviour {
  readonly ends: 'proceed' | 'reject' | 'throw';
  readonly shares: readonly (typeof KEYS)[number][];
  readonly sets: readonly (typeof NAMES)[number][];
  readonly clears: readonly (typeof NAMES)[number][];
  readonly responds: readonly (typeof NAMES)[number][];
  readonly replacesBody: boolean;
  readonly onError: 'reject' | 'pass';
  readonly readsMore: boolean;
  readonly isNeeded: boolean;
  /** `never`: it has no response phase. */
  readonly holds: 'never' | 'no' | 'yes';
  readonly judges: 'keep' | 'replace' | 'reject' | 'throw';
  readonly removes: readonly (typeof ANSWERED)[number][];
  readonly authenticates: readonly ('consumer' | 'credential')[];
  readonly asks: boolean;
}

const reads = {
  headers: read.headers(),
  one: read.shared('one', (value) => value),
  two: read.shared('two', (value) => value),
  consumer: read.consumer(),
  credential: read.credentialId(),
};
const more = { body: read.rawBody(), method: read.method(), headers: read.headers() };

function pluginOf(behaviour: Behaviour, index: number): SinglePlugin {
  const name = `plugin-${index}`;
  const values = (names: readonly string[]) => Object.fromEntries(names.map((each) => [each, `${name}-${each}`]));
  return definePlugin({
    name,
    version: '1.0.0',
    priority: 100 - index,
    onError: behaviour.onError,
    fields: {},
    prepare: () => undefined,
    access: {
      reads,
      more: { reads: more, isNeeded: () => behaviour.readsMore },
      neededBy: () => (behaviour.isNeeded ? ['a_field'] : []),
      handle: (_, facts, rest): Decided => {
        if (behaviour.ends === 'throw') throw new Error('a bug');
        const body = rest?.body.kind === 'bytes' ? String(Buffer.from(rest.body.bytes)) : 'none';
        const seen = JSON.stringify([
          facts.headers.toRecord(),
          facts.one,
          facts.two,
          facts.consumer,
          facts.credential,
          body,
          rest?.headers.toRecord(),
        ]);
        const share = { [`seen-by-${name}`]: seen, ...values(behaviour.shares) };
        if (behaviour.ends === 'reject') return reject({ status: 400, headers: { 'x-by': name }, body: name, share });
        const outcome = proceed({
          ...authentication(behaviour.authenticates, name),
          share,
          upstreamHeaders: values(behaviour.sets),
          clearUpstreamHeaders: behaviour.clears,
          responseHeaders: values(behaviour.responds),
          ...(behaviour.holds === 'yes' && {
            hold: { reason: 'test', failure: { status: 200 + index, body: `failure of ${name}` } },
          }),
          ...(behaviour.replacesBody && { upstreamBody: Buffer.from(`${body}+${name}`) }),
        });
        if (!behaviour.asks) return outcome;
        return ask({ one: read.shared('one', (value) => value), again: read.consumer() }, ({ one, again }) => ({
          ...outcome,
          share: { ...share, [`asked-by-${name}`]: JSON.stringify([one, again]) },
        }));
      },
    },
    ...(behaviour.holds !== 'never' && {
      response: {
        reads: {
          status: read.answer.status(),
          headers: read.answer.headers(),
          body: read.answer.body(1000),
          one: read.shared('one', (value) => value),
        },
        handle: (_: unknown, facts: FactsOf<AnswerFacts>): AnswerOutcome => {
          if (behaviour.judges === 'throw') throw new Error('a bug');
          const body = facts.body.kind === 'bytes' ? String(Buffer.from(facts.body.bytes)) : facts.body.kind;
          const seen = JSON.stringify([facts.status, sorted(facts.headers.toRecord()), body, facts.one]);
          const share = { [`judged-by-${name}`]: seen };
          if (behaviour.judges === 'reject')
            return reject({ status: 403, headers: { 'x-by': name }, body: name, share });
          const headers = values(behaviour.responds);
          if (behaviour.judges === 'keep') return keep({ headers, share });
          return replaceAnswer({
            body: `${body}+${name}`,
            status: 220 + index,
            headers,
            removeHeaders: behaviour.removes,
            share,
          });
        },
      },
    }),
  });
}

type AnswerFacts = {
  readonly status: ReturnType<typeof read.answer.status>;
  readonly headers: ReturnType<typeof read.answer.headers>;
  readonly body: ReturnType<typeof read.answer.body>;
  readonly one: KongRead<unknown>;
};

const sorted = (record: object): object =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
function authentication(kinds: Behaviour['authenticates'], name: string): Pick<Proceed, 'authenticate'> {
  if (kinds.length === 0) return {};
  const consumer = { id: `${name}-id`, username: name, customId: '', tags: ['gold'], createdAt: 5 };
  const credential = { id: `${name}-credential`, consumerId: consumer.id };
  return {
    authenticate: {
      ...(kinds.includes('consumer') && { consumer }),
      ...(kinds.includes('credential') && { credential }),
    },
  };
}

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  ends: fc.constantFrom('proceed', 'proceed', 'proceed', 'reject', 'throw'),
  shares: fc.subarray([...KEYS]),
  sets: fc.subarray([...NAMES]),
  clears: fc.subarray([...NAMES]),
  responds: fc.subarray([...NAMES]),
  replacesBody: fc.boolean(),
  onError: fc.constantFrom('reject', 'pass'),
  readsMore: fc.boolean(),
  isNeeded: fc.boolean(),
  holds: fc.constantFrom('never', 'no', 'yes', 'yes'),
  judges: fc.constantFrom('keep', 'replace', 'replace', 'reject', 'throw'),
  removes: fc.subarray([...ANSWERED]),
  authenticates: fc.subarray(['consumer', 'credential']),
  asks: fc.boolean(),
});

const request: SentRequest = {
  method: 'POST',
  path: '/mcp',
  headers: { accept: 'a', 'x-a': ['1', '2'] },
  body: 'sent',
};
const answer: SentAnswer = {
  status: 200,
  headers: { 'x-up': '1', etag: '"1"', 'content-length': '6' },
  body: 'answer',
};
const configuration = (plugin: Plugin, parts: readonly PreparedPart[]) => ({
  plugin,
  parts,
  isBoundToService: false,
  isHoldable: hasResponsePhase(plugin),
  isHeldBefore: () => false,
});

it('a composed plugin does what its parts do one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(behaviour, { minLength: 1, maxLength: 4 }), async (behaviours) => {
      const parts = behaviours
        .map(pluginOf)
        .map((plugin) => ({ plugin, state: undefined, needs: phaseNeedsOf(plugin, {}) }));
      const separate = new KongRequest(request);
      const configurations = parts.map((part) => configuration(part.plugin, [part]));
      for (const each of configurations) await separate.runAccess(each);
      await separate.runResponse(configurations, answer);
      const plugin = composePlugins({
        name: 'all',
        version: '1.0.0',
        priority: 1,
        parts: parts.map((part) => part.plugin),
      });
      const composed = new KongRequest(request);
      await composed.runAccess(configuration(plugin, parts));
      await composed.runResponse([configuration(plugin, parts)], answer);
      expect(withoutNames(composed.state)).toEqual(withoutNames(separate.state));
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) },
  );
});

/** A part is named after its plugin among those that hold an answer. */
const withoutNames = (state: object): unknown => JSON.parse(JSON.stringify(state).replaceAll('"all/', '"'));

it('runs the parts in the order of their priorities', () => {
  const parts = [3, 1, 2].map((index) => pluginOf({ ...EVERYTHING, ends: 'proceed' }, index));
  const { parts: ordered } = composePlugins({ name: 'all', version: '1.0.0', priority: 1, parts });
  expect(ordered).toEqual(byPriority(parts));
});

const EVERYTHING: Behaviour = {
  ends: 'proceed',
  shares: [],
  sets: [],
  clears: [],
  responds: [],
  replacesBody: false,
  onError: 'reject',
  readsMore: false,
  isNeeded: true,
  holds: 'no',
  judges: 'keep',
  removes: [],
  authenticates: [],
  asks: false,
};
