import { composePlugins, definePlugin, keep, proceed, type PhaseName } from '../../../../kong/pdk';
import { phaseNeedsOf } from '../../../../kong/pdk/phase-needs';
import type { Configuration } from '../../../../kong/plugin-server/configurations';
import { MissingPhases } from '../../../../kong/plugin-server/missing-phases';

const HOUR = 3_600_000;
const ANYWHERE = { isBoundToService: false, isHoldable: true, isHeldBefore: () => false };

/** A configuration whose fields need these phases; a phase that is not listed is needed always. */
function configurationOf(needs: Partial<Record<PhaseName, readonly string[]>>): Configuration {
  const needing = (name: PhaseName) => needs[name] && { neededBy: () => needs[name] ?? [] };
  const plugin = definePlugin({
    name: 'one',
    version: '1.0.0',
    priority: 1,
    fields: {},
    onError: 'pass',
    prepare: () => undefined,
    access: { reads: {}, ...needing('access'), handle: () => proceed() },
    response: { reads: {}, ...needing('response'), handle: () => keep() },
    log: { reads: {}, ...needing('log'), handle: () => undefined },
  });
  return { plugin, parts: [{ plugin, state: undefined, needs: phaseNeedsOf(plugin, {}) }], ...ANYWHERE };
}

/** What is reported in a number of events, each an hour after the one before. */
function reported(configuration: Configuration, phases: readonly string[], betweenMs = HOUR): unknown[] {
  let nowMs = 0;
  const missing = new MissingPhases(() => (nowMs += betweenMs));
  return phases.flatMap((phase) => [...(missing.missedAt(configuration, phase) ?? [])]);
}

const times = (count: number, phase: string): string[] => Array.from({ length: count }, () => phase);

it.each<[string, Partial<Record<PhaseName, readonly string[]>>, string]>([
  ['access', { access: ['propagate'] }, 'log'],
  ['log', { log: ['tools.learn', 'tools.pins'] }, 'access'],
])('reports once that the %s phase, which fields need, is never called', (_, needs, called) => {
  const configuration = configurationOf(needs);
  expect(reported(configuration, times(99, called))).toEqual([]);
  expect(reported(configuration, times(500, called))).toEqual(Object.entries(needs));
});

it('waits for a minute, in which many streams may be open and not yet logged', () => {
  const configuration = configurationOf({ log: ['tools.learn'] });
  expect(reported(configuration, times(1000, 'access'), 50)).toEqual([]);
  expect(reported(configuration, times(1300, 'access'), 50)).toHaveLength(1);
});

it.each<[string, Partial<Record<PhaseName, readonly string[]>>, string[]]>([
  ['the phase is called', { access: ['propagate'] }, ['access']],
  ['the phase is called late', { access: ['propagate'] }, [...times(50, 'log'), 'access']],
  ['no field needs it', { access: [] }, []],
  ['nothing was held yet', { response: ['tools'] }, ['access']],
  ['every configuration needs it, so that it is in every description', {}, []],
])('reports nothing if %s', (_, needs, before) => {
  expect(reported(configurationOf(needs), [...before, ...times(500, 'log')])).toEqual([]);
});

it('names the fields of a composed plugin with their sections', () => {
  const { plugin: part, parts } = configurationOf({ log: ['learn'] });
  const plugin = composePlugins({ name: 'all', version: '1.0.0', priority: 1, parts: [parts[0]!.plugin] });
  expect(part.name).toBe('one');
  expect(reported({ plugin, parts, ...ANYWHERE }, times(500, 'access'))).toEqual([['log', ['one.learn']]]);
});
