import fc from 'fast-check';
import {
  composePlugins,
  definePlugin,
  proceed,
  read,
  reject,
  type Outcome,
  type SinglePlugin,
} from '../../../../kong/pdk';
import { phaseNeedsOf } from '../../../../kong/pdk/phase-needs';
import type { PreparedPart } from '../../../../kong/plugin-server/configurations';
import { byPriority, KongRequest, type SentRequest } from '../../../support/kong-request';

const KEYS = ['one', 'two'] as const;
const NAMES = ['x-a', 'X-B', 'accept'] as const;

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
}

const reads = {
  headers: read.headers(),
  one: read.shared('one', (value) => value),
  two: read.shared('two', (value) => value),
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
      handle: (_, facts, rest): Outcome => {
        if (behaviour.ends === 'throw') throw new Error('a bug');
        const body = rest?.body.kind === 'bytes' ? String(Buffer.from(rest.body.bytes)) : 'none';
        const seen = JSON.stringify([facts.headers.toRecord(), facts.one, facts.two, body, rest?.headers.toRecord()]);
        const share = { [`seen-by-${name}`]: seen, ...values(behaviour.shares) };
        if (behaviour.ends === 'reject') return reject({ status: 400, headers: { 'x-by': name }, body: name, share });
        return proceed({
          share,
          upstreamHeaders: values(behaviour.sets),
          clearUpstreamHeaders: behaviour.clears,
          responseHeaders: values(behaviour.responds),
          ...(behaviour.replacesBody && { upstreamBody: Buffer.from(`${body}+${name}`) }),
        });
      },
    },
  });
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
});

const request: SentRequest = {
  method: 'POST',
  path: '/mcp',
  headers: { accept: 'a', 'x-a': ['1', '2'] },
  body: 'sent',
};
const configuration = (plugin: SinglePlugin, parts: readonly PreparedPart[]) => ({
  plugin,
  parts,
  isBoundToService: false,
});

it('a composed plugin does what its parts do one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(behaviour, { minLength: 1, maxLength: 4 }), async (behaviours) => {
      const parts = behaviours
        .map(pluginOf)
        .map((plugin) => ({ plugin, state: undefined, needs: phaseNeedsOf(plugin, {}) }));
      const separate = new KongRequest(request);
      for (const part of parts) await separate.runAccess(configuration(part.plugin, [part]));
      const composed = new KongRequest(request);
      await composed.runAccess(configuration(parts[0]!.plugin, parts));
      expect(composed.state).toEqual(separate.state);
    }),
    { numRuns: 500 },
  );
});

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
};
