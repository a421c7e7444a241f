/** A plugin server of kong.conf. */
export interface PluginServer {
  readonly name: string;
  readonly socket: string;
  readonly queryCommand: string;
}

/** An address to listen on. */
export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** The settings of kong.conf that the stand-in uses. */
export interface Settings {
  readonly declarativeConfig?: string;
  readonly prefix: string;
  readonly proxyListen: readonly Listen[];
  readonly adminListen: readonly Listen[];
  readonly statusListen: readonly Listen[];
  /** Names of the enabled plugins; `bundled` means all plugins of Kong. */
  readonly plugins: readonly string[];
  readonly pluginServers: readonly PluginServer[];
  readonly bodyBufferBytes: number;
  /** 0 for no limit. */
  readonly maxBodyBytes: number;
  /** The timeout of a read from a plugin server (`lua_socket_read_timeout`). */
  readonly socketReadTimeoutMs: number;
  /** The file and, after a space, the name of the format; see `nginx/access-log.ts`. */
  readonly proxyAccessLog: string;
  /** A file with directives of nginx. */
  readonly include: string | undefined;
  readonly trustedIps: readonly string[];
  /** Host names of upstreams are looked up here before the resolver of the system is asked. */
  readonly hostsFile: string;
  /** Warnings about the settings, logged once at start. */
  readonly notices: readonly string[];
}

const DEFAULTS: Readonly<Record<string, string>> = {
  plugins: 'bundled',
  prefix: '/usr/local/kong',
  proxy_listen: '0.0.0.0:8000',
  admin_listen: '127.0.0.1:8001',
  status_listen: '127.0.0.1:9080',
  nginx_http_client_body_buffer_size: '8k',
  nginx_http_client_max_body_size: '0',
  nginx_http_lua_socket_read_timeout: '60s',
  dns_hostsfile: '/etc/hosts',
};

/** Parses kong.conf: one `name = value` per line, comments begin with `#`. */
export function parseConf(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const [, name, value] = /^\s*(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const plain = /^(['"])(.*)\1\s*(?:#.*)?$/.exec(value)?.[2] ?? value.replace(/(^|\s)#.*$/, '');
    values[name.toLowerCase()] = plain.trim();
  }
  return values;
}

/** The settings in `KONG_NAME` variables, which override those of a file. */
export function settingsOf(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith('KONG_') && value !== undefined) values[name.slice(5).toLowerCase()] = value;
  }
  return values;
}

/** Reads the settings. Throws an error that names the setting when Kong would not start. */
export function readSettings(given: Readonly<Record<string, string>>): Settings {
  const values = { ...DEFAULTS, ...given };
  const text = (name: string): string => values[name] ?? '';
  const prefix = text('prefix');
  const notices: string[] = [];
  const pluginServers = list(values['pluginserver_names']).map((given) => {
    const name = given.toLowerCase();
    const at = `pluginserver_${name.replaceAll('-', '_')}`;
    const queryCommand = values[`${at}_query_cmd`];
    if (!queryCommand) throw new Error(`query_command undefined for pluginserver ${name}`);
    if (values[`${at}_start_cmd`]) throw new Error(`${at}_start_cmd: the stand-in does not start plugin servers`);
    const socket = values[`${at}_socket`] ?? `${prefix}/${name}.socket`;
    return { name, socket, queryCommand };
  });
  return {
    ...(values['declarative_config'] && { declarativeConfig: values['declarative_config'] }),
    prefix,
    proxyListen: listens(values, 'proxy_listen', notices),
    adminListen: listens(values, 'admin_listen', notices),
    statusListen: listens(values, 'status_listen', notices),
    plugins: list(values['plugins']),
    pluginServers,
    bodyBufferBytes: bytes('nginx_http_client_body_buffer_size', text('nginx_http_client_body_buffer_size')),
    maxBodyBytes: bytes('nginx_http_client_max_body_size', text('nginx_http_client_max_body_size')),
    socketReadTimeoutMs: milliseconds('nginx_http_lua_socket_read_timeout', text('nginx_http_lua_socket_read_timeout')),
    proxyAccessLog: text('proxy_access_log'),
    include: values['nginx_http_include'],
    trustedIps: list(values['trusted_ips']),
    hostsFile: text('dns_hostsfile'),
    notices,
  };
}

function list(value: string | undefined): string[] {
  const items = (value ?? '').split(',').map((item) => item.trim());
  return items.filter((item) => item !== '' && !['none', 'off'].includes(item.toLowerCase()));
}

function listens(values: Readonly<Record<string, string>>, name: string, notices: string[]): Listen[] {
  return list(values[name]).flatMap((entry) => {
    const [address = '', ...flags] = entry.split(/\s+/);
    if (flags.includes('ssl')) {
      notices.push(`${name}: TLS is not emulated, ${address} is left out`);
      return [];
    }
    const [, host, port] = /^(.*):(\d+)$/.exec(address) ?? [];
    if (host === undefined || port === undefined) throw new Error(`${name}: '${entry}' is not an address and port`);
    return [{ host: host.replace(/^\[|\]$/g, ''), port: Number(port) }];
  });
}

/** A size in nginx's format: digits, optionally followed by `k`, `m` or `g`. */
function bytes(name: string, value: string): number {
  const [, digits, unit = ''] = /^(\d+)([kmg]?)$/i.exec(value) ?? [];
  if (digits === undefined) throw new Error(`${name}: '${value}' is not a size`);
  return Number(digits) * { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[unit.toLowerCase() as '' | 'k' | 'm' | 'g'];
}

/** A time in nginx's format: digits, followed by `ms`, `s` or `m`; without a unit they are seconds. */
function milliseconds(name: string, value: string): number {
  const [, digits, unit = 's'] = /^(\d+)(ms|s|m)?$/.exec(value) ?? [];
  if (digits === undefined) throw new Error(`${name}: '${value}' is not a time`);
  return Number(digits) * { ms: 1, s: 1_000, m: 60_000 }[unit as 'ms' | 's' | 'm'];
}
