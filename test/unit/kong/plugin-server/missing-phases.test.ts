import { definePlugin, proceed } from '../../../../kong/pdk';
import { MissingPhases } from '../../../../kong/plugin-server/missing-phases';

const observer = (isWanted: boolean, onDemand = true) => ({
  plugin: definePlugin({
    name: 'observer',
    version: '1',
    priority: 1,
    fields: {},
    onError: 'pass',
    prepare: () => undefined,
    access: { reads: {}, onDemand, isWanted: () => isWanted, handle: () => proceed() },
    log: { reads: {}, handle: () => undefined },
  }),
  state: undefined,
});

const logged = (missing: MissingPhases, configuration: ReturnType<typeof observer>, times: number): number =>
  Array.from({ length: times }, () => missing.isMissedAt(configuration, 'log')).filter(Boolean).length;

it('reports once that a phase which the options need never runs', () => {
  const missing = new MissingPhases();
  const configuration = observer(true);
  expect(logged(missing, configuration, 99)).toBe(0);
  expect(logged(missing, configuration, 500)).toBe(1);
});

it.each([
  ['the phase ran', observer(true), ['access']],
  ['the phase ran late', observer(true), ['log', 'access']],
  ['no option needs it', observer(false), []],
  ['the description always lists the phase', observer(true, false), []],
])('reports nothing if %s', (_when, configuration, before) => {
  const missing = new MissingPhases();
  for (const phase of before) missing.isMissedAt(configuration, phase);
  expect(logged(missing, configuration, 500)).toBe(0);
});
