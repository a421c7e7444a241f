import { globalPlugins, requestLog, type PluginEntry } from './reference';
import type { Row, Surroundings } from './rows';

const row = (name: string, plugins: readonly PluginEntry[], settings: Row['settings'] = {}): Row => ({
  name: `global/${name}`,
  title: name,
  plugins: [],
  globalPlugins: plugins,
  settings,
});

/** The rows that only `--only` selects: each global plugin of kong.yml alone, and what could replace some of them. */
export function globalRowsFor({ logFile, redisPort }: Surroundings): Row[] {
  const called = (wanted: string) => globalPlugins.filter(({ name }) => name === wanted);
  const fileLog = { name: 'file-log', config: { path: logFile } };
  const field = { 'request.uri': 'return kong.request.get_path()' };
  const redis = { policy: 'redis', sync_rate: 1, redis: { host: '127.0.0.1', port: redisPort } };
  return [
    ...globalPlugins.map((plugin) => row(plugin.name, [plugin])),
    row('request-log', called('pre-function'), requestLog(logFile)),
    row('file-log', [fileLog]),
    row('file-log-with-field', [{ ...fileLog, config: { ...fileLog.config, custom_fields_by_lua: field } }]),
    ...(redisPort === undefined
      ? []
      : [
          row(
            'rate-limiting-on-redis',
            called('rate-limiting').map(({ name, config }) => ({ name, config: { ...config, ...redis } })),
          ),
        ]),
  ];
}
