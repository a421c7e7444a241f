import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A plugin of kong.yml. */
export interface ReferencePlugin {
  readonly name: string;
  readonly config: object;
}

interface ReferenceConfig {
  readonly services: readonly { readonly plugins: readonly ReferencePlugin[] }[];
}

const reference = parse(readFileSync(join(__dirname, '../../kong/kong.yml'), 'utf8')) as ReferenceConfig;

/** The capture functions, as kong.yml configures them. */
export const captureFunctions = pluginNamed('pre-function', reference.services[0]?.plugins);

/** Settings of kong.conf: the request log of the reference configuration, written to a file. */
export const requestLog = (file: string): Record<string, string> => ({
  nginx_http_include: join(__dirname, '../../kong/request-log.conf'),
  proxy_access_log: `${file} requests`,
});

/** A service at `/<name>` with the capture functions and further plugins. */
export const serviceAt = (name: string, url: string, plugins: readonly ReferencePlugin[]) => ({
  name,
  url,
  routes: [{ name, paths: [`/${name}`] }],
  plugins: [captureFunctions, ...plugins],
});

function pluginNamed(name: string, plugins: readonly ReferencePlugin[] = []): ReferencePlugin {
  const plugin = plugins.find((one) => one.name === name);
  if (!plugin) throw new Error(`kong.yml has no plugin ${name}`);
  return plugin;
}
