import { closeSync, openSync, write } from 'node:fs';
import type { Field } from '../config/field';
import { KONG_VERSION } from '../kong-version';
import type { LuaMachine, Phase } from '../lua/machine';
import { encodeJson, luaToString } from '../lua/value';
import type { Exchange } from '../request/exchange';
import { logEntry } from '../request/log-entry';
import type { PluginConfig } from '../request/plugin-config';
import type { PluginHandler } from '../request/plugin-handler';
import { configSchema, type BundledPlugin } from './bundled';

interface Config extends PluginConfig {
  readonly path: string;
  readonly reopen: boolean;
  /** Snippets by the field of the entry that they set; nil removes the field. */
  readonly custom_fields_by_lua?: Readonly<Record<string, string>>;
}

const NAME = 'file-log';
const MODE = 0o644;

/** The plugin with its open files; `close` closes them. */
export function fileLog(lua: LuaMachine<Exchange>): BundledPlugin & { close(): void } {
  const files = new Map<string, number>();
  const open = ({ path, reopen }: Config): number => {
    const present = files.get(path);
    if (present !== undefined && !reopen) return present;
    if (present !== undefined) closeSync(present);
    files.delete(path);
    const file = openSync(path, 'a', MODE);
    files.set(path, file);
    return file;
  };
  const compiled = new WeakMap<PluginConfig, readonly (readonly [field: string, expression: Phase])[]>();
  const fieldsOf = (config: Config) => {
    const present = compiled.get(config);
    if (present) return present;
    const fields = Object.entries(config.custom_fields_by_lua ?? {}).map(
      ([field, source]) => [field, lua.compileExpression(luaToString(source), `${NAME}.${field}`)] as const,
    );
    compiled.set(config, fields);
    return fields;
  };
  const handler: PluginHandler = {
    name: NAME,
    priority: 9,
    version: KONG_VERSION,
    log(x, given) {
      const config = given as Config;
      // Later plugins see the fields too, like in Kong (`kong.log.set_serialize_value`).
      for (const [key, expression] of fieldsOf(config))
        x.logValues.push({ key, value: lua.evaluate(x, NAME, expression) });
      const line = Buffer.from(`${encodeJson(logEntry(x))}\n`, 'latin1');
      write(open(config), line, (error) => {
        if (error) x.log('err', `failed to write the file: ${error.message}`);
      });
    },
  };
  return {
    handler,
    schema: schemaOf(lua),
    close: () => {
      for (const file of files.values()) closeSync(file);
      files.clear();
    },
  };
}

function schemaOf(lua: LuaMachine<Exchange>): BundledPlugin['schema'] {
  const snippet: Field = {
    type: 'string',
    len_min: 1,
    check: (source) => {
      const problem = lua.check(luaToString(source));
      return problem === undefined ? undefined : `Error parsing function: ${problem}`;
    },
  };
  return configSchema([
    { path: { type: 'string', required: true, match: '^[^*&%%\\`]+$', err: 'not a valid filename' } },
    { reopen: { type: 'boolean', required: true, default: false } },
    { custom_fields_by_lua: { type: 'map', keys: { type: 'string', len_min: 1 }, values: snippet } },
  ]);
}
