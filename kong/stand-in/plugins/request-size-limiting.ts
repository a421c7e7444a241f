import { KONG_VERSION } from '../kong-version';
import type { Exchange } from '../request/exchange';
import type { PluginConfig } from '../request/plugin-config';
import type { PluginHandler, Step } from '../request/plugin-handler';
import { configSchema, type BundledPlugin } from './bundled';

interface Config extends PluginConfig {
  readonly allowed_payload_size: number;
  readonly size_unit: 'megabytes' | 'kilobytes' | 'bytes';
  readonly require_content_length: boolean;
}

const FACTORS = { bytes: 1, kilobytes: 1024, megabytes: 1_048_576 };

const handler: PluginHandler = {
  name: 'request-size-limiting',
  priority: 951,
  version: KONG_VERSION,

  async access(x, given) {
    const config = given as Config;
    const declared = x.headers.get('content-length');
    if (declared !== undefined && !Number.isNaN(Number(declared))) return check(x, Number(declared), config);
    if (config.require_content_length && x.headers.get('transfer-encoding') !== 'chunked') {
      return x.error(411, 'A valid Content-Length header is required');
    }
    const body = await x.body.read();
    if (body.kind === 'too large') return x.fail(413);
    return check(x, body.kind === 'bytes' ? body.bytes.length : body.size, config);
  },
};

function check(x: Exchange, bytes: number, config: Config): Step {
  if (bytes <= config.allowed_payload_size * FACTORS[config.size_unit]) return undefined;
  const expects = x.headers.get('expect')?.trim().toLowerCase() === '100-continue';
  return x.error(expects ? 417 : 413, 'Request size limit exceeded');
}

/** Rejects bodies that are too large (`plugins/request-size-limiting/handler.lua`). */
export const requestSizeLimiting: BundledPlugin = {
  handler,
  schema: configSchema([
    { allowed_payload_size: { type: 'integer', default: 128 } },
    {
      size_unit: {
        type: 'string',
        required: true,
        default: 'megabytes',
        one_of: ['megabytes', 'kilobytes', 'bytes'],
      },
    },
    { require_content_length: { type: 'boolean', required: true, default: false } },
  ]),
};
