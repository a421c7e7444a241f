import type { Field } from '../config/field';
import { KONG_VERSION } from '../kong-version';
import type { LuaMachine, Phase } from '../lua/machine';
import { luaToString } from '../lua/value';
import type { Exchange } from '../request/exchange';
import type { PluginConfig } from '../request/plugin-config';
import type { PluginHandler } from '../request/plugin-handler';
import { configSchema, type BundledPlugin } from './bundled';

const PHASES = ['certificate', 'rewrite', 'access', 'header_filter', 'body_filter', 'log'] as const;
type LuaPhase = (typeof PHASES)[number];

type Compiled = Partial<Record<LuaPhase, Phase>>;

/** pre-function or post-function. The snippets of a configuration are compiled when they first run. */
export function functions(name: string, priority: number, lua: LuaMachine<Exchange>): BundledPlugin {
  const compiled = new WeakMap<PluginConfig, Compiled>();
  const phaseOf = (config: PluginConfig, phase: LuaPhase): Phase | undefined => {
    const present = compiled.get(config) ?? compile(config, name, lua);
    compiled.set(config, present);
    return present[phase];
  };
  const handler: PluginHandler = {
    name,
    priority,
    version: KONG_VERSION,
    rewrite: async (x, config) => {
      const phase = phaseOf(config, 'rewrite');
      return phase === undefined ? undefined : lua.run(x, name, phase);
    },
    access: async (x, config) => {
      const phase = phaseOf(config, 'access');
      return phase === undefined ? undefined : lua.run(x, name, phase);
    },
    headerFilter: (x, config) => {
      const phase = phaseOf(config, 'header_filter');
      if (phase !== undefined) lua.runNow(x, name, phase);
    },
    bodyFilter: (x, config, piece) => {
      const phase = phaseOf(config, 'body_filter');
      if (phase === undefined) return;
      const { data, last } = lua.filter(x, name, phase, piece.data, piece.last);
      piece.last = last;
      if (data) piece.data = data;
    },
    log: (x, config) => {
      const phase = phaseOf(config, 'log');
      if (phase !== undefined) lua.runNow(x, name, phase);
    },
  };
  return { handler, schema: schemaOf(name, lua) };
}

function compile(config: PluginConfig, name: string, lua: LuaMachine<Exchange>): Compiled {
  const compiled: Compiled = {};
  for (const phase of PHASES) {
    const sources = config[phase] as readonly string[];
    if (sources.length > 0) compiled[phase] = lua.compile(sources, `${name}.${phase}`);
  }
  return compiled;
}

function schemaOf(name: string, lua: LuaMachine<Exchange>): BundledPlugin['schema'] {
  const snippets: Field = {
    type: 'array',
    required: true,
    default: [],
    elements: {
      type: 'string',
      check: (source) => {
        const problem = lua.check(luaToString(source));
        return problem === undefined ? undefined : `error parsing ${name}: ${problem}`;
      },
    },
  };
  return configSchema(
    PHASES.map((phase) => ({ [phase]: snippets })),
    { noConsumer: true, entityChecks: [{ at_least_one_of: PHASES.map((phase) => `config.${phase}`) }] },
  );
}
