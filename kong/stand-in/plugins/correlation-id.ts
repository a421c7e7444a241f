import { randomUUID } from 'node:crypto';
import type { Exchange } from '../request/exchange';
import type { PluginConfig, PluginHandler } from '../request/plugin-handler';
import { KONG_VERSION, type BundledPlugin } from './bundled';

interface Config extends PluginConfig {
  readonly header_name: string;
  readonly generator: 'uuid' | 'uuid#counter' | 'tracker';
  readonly echo_downstream: boolean;
}

const processId = randomUUID();
let counter = 0;

function generate(x: Exchange, { generator }: Config): string {
  if (generator === 'uuid') return randomUUID();
  if (generator === 'uuid#counter') return `${processId}#${++counter}`;
  const now = (x.now() / 1000).toFixed(3);
  return `${x.request.socket.localAddress ?? ''}-${x.port}-${process.pid}-${x.clientPort}-1-${now}`;
}

const handler: PluginHandler = {
  name: 'correlation-id',
  priority: 100_001,
  version: KONG_VERSION,

  access(x, given) {
    const config = given as Config;
    let id = x.headers.get(config.header_name);
    if (!id) {
      id = generate(x, config);
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
    x.responseHeaders.set(config.header_name, id ? id : generate(x, config));
  },
};

/** Gives each request an id (`plugins/correlation-id/handler.lua`). */
export const correlationId: BundledPlugin = {
  handler,
  schema: {
    fields: [
      {
        config: {
          type: 'record',
          fields: [
            { header_name: { type: 'string', default: 'Kong-Request-ID' } },
            {
              generator: {
                type: 'string',
                default: 'uuid#counter',
                required: true,
                one_of: ['uuid', 'uuid#counter', 'tracker'],
              },
            },
            { echo_downstream: { type: 'boolean', required: true, default: false } },
          ],
        },
      },
    ],
  },
};
