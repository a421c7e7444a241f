import { definePlugin, field, proceed, read } from '../../../../kong/pdk';

const base = {
  name: 'one',
  version: '1.0.0',
  priority: 1,
  onError: 'reject',
  fields: { limit: field.integer({ description: 'How many are let through', default: 7 }) },
  prepare: ({ limit }: { limit: number }) => ({ limit }),
} as const;
const access = {
  reads: { ip: read.forwardedIp() },
  handle: ({ limit }: { limit: number }, { ip }: { ip: string }) => proceed({ share: { ip, limit } }),
};
const log = { reads: {}, isWanted: () => false, handle: () => undefined };

it.each([
  ['both phases', { access, log }, ['access', 'log']],
  ['one phase', { log }, ['log']],
  ['no phase', {}, []],
])('keeps %s, and no key of an undeclared phase', (_, phases, names) => {
  const plugin = definePlugin({ ...base, ...phases });
  expect(Object.keys(plugin.phases)).toEqual(names);
  expect(plugin).toMatchObject({ name: 'one', version: '1.0.0', priority: 1, onError: 'reject', fields: base.fields });
});

it('passes the typed facts of the second batch to the handler, either all or none', () => {
  const { phases } = definePlugin({
    ...base,
    access: {
      ...access,
      more: { reads: { body: read.rawBody() }, isNeeded: ({ ip }) => ip === '::1' },
      handle: (_, { ip }, more) => proceed({ share: { ip, body: more?.body.kind ?? 'none' } }),
    },
  });
  const { more, handle } = phases.access!;
  expect([more!.isNeeded({ ip: '::1' }), more!.isNeeded({ ip: '::2' })]).toEqual([true, false]);
  expect(handle({ limit: 7 }, { ip: 'i' })).toEqual(proceed({ share: { ip: 'i', body: 'none' } }));
  expect(handle({ limit: 7 }, { ip: 'i' }, { body: { kind: 'spilled' } })).toEqual(
    proceed({ share: { ip: 'i', body: 'spilled' } }),
  );
});

it('passes typed state and facts to the handler', () => {
  const { phases } = definePlugin({ ...base, access });
  expect(phases.access?.handle({ limit: 7 }, { ip: '::1' })).toEqual(proceed({ share: { ip: '::1', limit: 7 } }));
});
