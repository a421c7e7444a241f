import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ISSUER, jwksOf, RESOURCE, signingKey, tokenOf } from '../../support/access-tokens';
import { YARDSTICKS } from './paths';
import { batchPlugins, globalPlugins, HIGH_LIMITS, requestLog, servicePlugins, type PluginEntry } from './reference';

/** Which process serves the external plugins of a row. */
export type ServerKind = 'suite' | 'null-event' | 'go-yardstick' | 'stock';

/** One line of the tables: a Kong of its own with these plugins. */
export interface Row {
  readonly name: string;
  readonly title: string;
  /** Plugins of the service. */
  readonly plugins: readonly PluginEntry[];
  readonly globalPlugins?: readonly PluginEntry[];
  readonly server?: ServerKind;
  /** With server `suite`: plugins that it serves in addition, and further options of `serve`. */
  readonly serve?: { readonly plugins: readonly string[]; readonly args: readonly string[] };
  /** Headers of its requests, beside those of all rows. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Settings of kong.conf that differ from those of all rows. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Where the rows send what they record, and keep their counters. */
export interface Surroundings {
  /** Takes spans and log entries. */
  readonly sinkUrl: string;
  /** A file that Kong's workers can write. */
  readonly logFile: string;
  /** Undefined if there is no Redis. */
  readonly redisPort: number | undefined;
  /** The address and the file of the log intake. */
  readonly intake: { readonly address: string; readonly file: string };
}

const validator: PluginEntry = { name: 'mcp-validator' };
const limiter: PluginEntry = { name: 'mcp-tool-rate-limit', config: HIGH_LIMITS };
const guard = (sections: object = {}): PluginEntry => ({
  name: 'mcp-guard',
  config: { 'mcp-validator': {}, 'mcp-tool-rate-limit': HIGH_LIMITS, ...sections },
});
const LUA = readFileSync(join(YARDSTICKS, 'lua-yardstick.lua'), 'utf8');

/** The rows of the table, in its order. */
export function rowsFor({ sinkUrl, logFile, redisPort, intake }: Surroundings): Row[] {
  const adapt = adapter(sinkUrl);
  const service = servicePlugins.map(adapt);
  const capture = service.filter(({ name }) => name === 'pre-function');
  const telemetry = adapt({ name: 'mcp-telemetry', config: {} });
  const redis = { ...HIGH_LIMITS, policy: 'redis', redis: { host: '127.0.0.1', port: redisPort } };
  const auth = authSection();
  return [
    { name: 'bare', title: 'Kong without plugins', plugins: [] },
    {
      name: 'null-event',
      title: 'external plugin that does nothing',
      plugins: [{ name: 'null-event' }],
      server: 'null-event',
    },
    { name: 'go-yardstick', title: 'yardstick in Go', plugins: [{ name: 'go-yardstick' }], server: 'go-yardstick' },
    {
      name: 'lua-yardstick',
      title: 'yardstick in Lua',
      plugins: [{ name: 'pre-function', config: { access: [LUA] } }],
      settings: { untrusted_lua_sandbox_requires: 'cjson.safe' },
    },
    { name: 'validator', title: 'mcp-validator', plugins: [validator], server: 'suite' },
    { name: 'limiter', title: 'mcp-tool-rate-limit', plugins: [limiter], server: 'suite' },
    { name: 'separate', title: 'mcp-validator, mcp-tool-rate-limit', plugins: [validator, limiter], server: 'suite' },
    { name: 'guard', title: 'mcp-guard (both)', plugins: [guard()], server: 'suite' },
    {
      name: 'guard-auth',
      title: 'mcp-guard (both, and mcp-auth with a token that it knows)',
      plugins: [guard({ 'mcp-auth': auth.config })],
      headers: { Authorization: `Bearer ${auth.token}` },
      server: 'suite',
    },
    ...(redisPort === undefined
      ? []
      : [
          {
            name: 'guard-redis',
            title: 'mcp-guard, limits on Redis',
            plugins: [guard({ 'mcp-tool-rate-limit': redis })],
            server: 'suite' as const,
          },
        ]),
    {
      name: 'telemetry-log',
      title: 'mcp-guard, capture, mcp-telemetry by the log phase',
      plugins: [...capture, guard(), telemetry],
      server: 'suite',
    },
    {
      name: 'telemetry-batches',
      title: 'mcp-guard, capture, mcp-telemetry by batches of http-log',
      plugins: batchPlugins(intake.address).map((plugin) => (plugin.name === 'mcp-guard' ? guard() : plugin)),
      server: 'suite',
      serve: {
        plugins: ['mcp-telemetry'],
        args: ['--metrics', intake.address, '--log-intake', intake.file],
      },
    },
    {
      name: 'global',
      title: 'global plugins and request log of the reference configuration',
      plugins: [],
      globalPlugins,
      settings: requestLog(logFile),
    },
    {
      name: 'reference',
      title: 'an MCP service of the reference configuration, with the row above',
      plugins: service,
      globalPlugins,
      server: 'suite',
      settings: requestLog(logFile),
    },
    {
      name: 'stock',
      title: "both guards in Kong's own JavaScript plugin server",
      plugins: [validator, limiter],
      server: 'stock',
    },
  ];
}

/** How long the token is valid, in seconds. */
const TOKEN_SECONDS = 24 * 3600;

/** A configuration of mcp-auth, and a token that it accepts. */
function authSection(): { readonly config: object; readonly token: string } {
  const key = signingKey('bench', 'RS256');
  const issuers = [{ issuer: ISSUER, discovery: false, jwks: JSON.stringify(jwksOf(key)) }];
  const exp = Math.floor(Date.now() / 1000) + TOKEN_SECONDS;
  return {
    config: { resource: RESOURCE, scopes_required: ['mcp'], issuers },
    token: tokenOf(key, Date.now(), { exp }),
  };
}

/** What must differ on this machine: where spans go. */
const adapter =
  (sinkUrl: string) =>
  (plugin: PluginEntry): PluginEntry =>
    plugin.name === 'mcp-telemetry'
      ? { ...plugin, config: { ...plugin.config, otlp_url: `${sinkUrl}/v1/traces` } }
      : plugin;
