import { HEADER_NAME } from '../config/text-checks';
import { isTable, type LuaValue } from '../lua/value';
import { parseQuery } from '../pdk/query';
import type { PluginConfig, PluginHandler } from '../request/plugin-handler';
import { KONG_VERSION, type BundledPlugin } from './bundled';

interface Config extends PluginConfig {
  readonly status_code: number;
  readonly message?: string;
  readonly content_type?: string;
  readonly body?: string;
  readonly echo: boolean;
  readonly trigger?: string;
}

const MESSAGES: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  404: 'Not found',
  405: 'Method not allowed',
  500: 'An unexpected error occurred',
  502: 'Bad Gateway',
  503: 'Service unavailable',
};

const handler: PluginHandler = {
  name: 'request-termination',
  priority: 2,
  version: KONG_VERSION,

  access(x, given) {
    const config = given as Config;
    const query = parseQuery(x.query);
    const { trigger } = config;
    if (trigger !== undefined && !x.headers.has(trigger) && !Object.hasOwn(query, trigger)) return undefined;
    const message = config.message ?? MESSAGES[config.status_code];
    if (config.echo) {
      const { method } = x;
      const request = { scheme: 'http', host: x.host, port: x.port, headers: x.headers.toTable(100), query, method };
      return x.exit(config.status_code, { message, request, matched_route: x.route, matched_service: x.service });
    }
    if (config.body !== undefined) {
      return x.exit(
        config.status_code,
        config.body,
        config.content_type ? { 'Content-Type': config.content_type } : {},
      );
    }
    return x.exit(config.status_code, message === undefined ? undefined : { message });
  },
};

/** Answers in the place of the upstream (`plugins/request-termination/handler.lua`). */
export const requestTermination: BundledPlugin = {
  handler,
  schema: {
    fields: [
      {
        config: {
          type: 'record',
          fields: [
            { status_code: { type: 'integer', required: true, default: 503, between: [100, 599] } },
            { message: { type: 'string' } },
            { content_type: { type: 'string' } },
            { body: { type: 'string' } },
            { echo: { type: 'boolean', required: true, default: false } },
            { trigger: { type: 'string', match: HEADER_NAME } },
          ],
          check: checkTogether,
        },
      },
    ],
  },
};

function checkTogether(config: LuaValue): string | undefined {
  const { message, content_type, body, echo } = isTable(config) ? config : {};
  if (message && (content_type ?? body)) return 'message cannot be used with content_type or body';
  if (content_type && !body) return 'content_type requires a body';
  return echo === true && body ? 'echo cannot be used with content_type and body' : undefined;
}
