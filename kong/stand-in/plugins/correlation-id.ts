import { randomUUID } from 'node:crypto';
import { KONG_VERSION } from '../kong-version';
import type { PluginConfig } from '../request/plugin-config';
import type { PluginHandler } from '../request/plugin-handler';
import { configSchema, type BundledPlugin } from './bundled';

interface Config extends PluginConfig {
  readonly header_name: string;
  readonly generator: 'uuid' | 'uuid#counter';
  readonly echo_downstream: boolean;
}

const processId = randomUUID();
let counter = 0;

function generate({ generator }: Config): string {
  if (generator === 'uuid') return randomUUID();
  return `${processId}#${++counter}`;
}

const handler: PluginHandler = {
  name: 'correlation-id',
  priority: 100_001,
  version: KONG_VERSION,

  access(x, given) {
    const config = given as Config;
    let id = x.headers.get(config.header_name);
    if (!id) {
      id = generate(config);
      x.headers.set(config.header_name, id);
    }
    x.logValues.push({ key: 'correlation_id', value: id });
    if (config.echo_downstream) x.pluginData()['id'] = id;
    return undefined;
  },

  headerFilter(x, given) {
    const config = given as Config;
    if (!config.echo_downstream) return;
    const id = (x.pluginData()['id'] as string | undefined) ?? x.headers.get(config.header_name);
    x.responseHeaders.set(config.header_name, id ? id : generate(config));
  },
};

/** Adds an id to each request (`plugins/correlation-id/handler.lua`). */
export const correlationId: BundledPlugin = {
  handler,
  schema: configSchema([
    { header_name: { type: 'string', default: 'Kong-Request-ID' } },
    {
      generator: {
        type: 'string',
        default: 'uuid#counter',
        required: true,
        one_of: ['uuid', 'uuid#counter'],
      },
    },
    { echo_downstream: { type: 'boolean', required: true, default: false } },
  ]),
};
