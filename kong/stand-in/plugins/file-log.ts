import { closeSync, openSync, write } from 'node:fs';
import { KONG_VERSION } from '../kong-version';
import type { LuaMachine } from '../lua/machine';
import { encodeJson } from '../lua/value';
import type { Exchange } from '../request/exchange';
import { logEntry } from '../request/log-entry';
import type { PluginHandler } from '../request/plugin-handler';
import { configSchema, type BundledPlugin } from './bundled';
import { customFields, customFieldsField, type CustomFieldsConfig } from './custom-fields';

interface Config extends CustomFieldsConfig {
  readonly path: string;
  readonly reopen: boolean;
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
  const setFields = customFields(NAME, lua);
  const handler: PluginHandler = {
    name: NAME,
    priority: 9,
    version: KONG_VERSION,
    log(x, given) {
      const config = given as Config;
      setFields(x, config);
      const line = Buffer.from(`${encodeJson(logEntry(x))}\n`, 'latin1');
      write(open(config), line, (error) => {
        if (error) x.log('err', `failed to write the file: ${error.message}`);
      });
    },
  };
  return {
    handler,
    schema: configSchema([
      { path: { type: 'string', required: true, match: '^[^*&%%\\`]+$', err: 'not a valid filename' } },
      { reopen: { type: 'boolean', required: true, default: false } },
      { custom_fields_by_lua: customFieldsField(lua) },
    ]),
    close: () => {
      for (const file of files.values()) closeSync(file);
      files.clear();
    },
  };
}
