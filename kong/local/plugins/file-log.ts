import { closeSync, openSync, write } from 'node:fs';
import { encodeJson } from '../lua/value';
import type { PluginConfig, PluginHandler } from '../plugin-handler';
import { KONG_VERSION, type BundledPlugin } from './bundled';

interface Config extends PluginConfig {
  readonly path: string;
  readonly reopen: boolean;
}

const MODE = 0o644;

/** The plugin with the files that it holds open; `close` closes them. */
export function fileLog(): BundledPlugin & { close(): void } {
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
  const handler: PluginHandler = {
    name: 'file-log',
    priority: 9,
    version: KONG_VERSION,
    log(x, given) {
      const line = Buffer.from(`${encodeJson(x.logEntry())}\n`, 'latin1');
      write(open(given as Config), line, (error) => {
        if (error) x.log('err', `failed to write the file: ${error.message}`);
      });
    },
  };
  return {
    handler,
    schema,
    close: () => {
      for (const file of files.values()) closeSync(file);
      files.clear();
    },
  };
}

const schema: BundledPlugin['schema'] = {
  fields: [
    {
      config: {
        type: 'record',
        fields: [
          { path: { type: 'string', required: true, match: '^[^*&%%\\`]+$', err: 'not a valid filename' } },
          { reopen: { type: 'boolean', required: true, default: false } },
          {
            custom_fields_by_lua: {
              type: 'map',
              keys: { type: 'string' },
              values: { type: 'string' },
              check: () => 'the stand-in does not emulate custom fields',
            },
          },
        ],
      },
    },
  ],
};
