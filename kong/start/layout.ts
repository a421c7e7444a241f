import { join } from 'node:path';
import { pluginSettings } from '../plugin-server/kong-conf';

/** Ports of the reference configuration. */
export const PORTS = {
  proxy: 8000,
  admin: 8001,
  manager: 8002,
  status: 9080,
  pluginServer: 9464,
  'py-calculator': 8100,
  'go-calculator': 8200,
  phoenix: 6006,
  ollama: 11434,
} as const;

/** The backends of the reference configuration. */
export type Backend = 'py-calculator' | 'go-calculator' | 'phoenix' | 'ollama';

/** The demo program behind each backend's name. */
export const DEMOS: Readonly<Record<Backend, string>> = {
  'py-calculator': 'calculator',
  'go-calculator': 'calculator',
  phoenix: 'trace-sink',
  ollama: 'ollama',
};

/** Where one run keeps its files and listens. */
export interface Layout {
  /** The package. */
  readonly root: string;
  /** The run's own folder. */
  readonly folder: string;
  /** Where its programs, and Kong's workers, write their logs. */
  readonly logs: string;
  readonly host: string;
  /** Names of the plugins that the plugin server describes. */
  readonly plugins: readonly string[];
}

/** Where a part of the run is reached. */
export const urlOf = ({ host }: Layout, port: keyof typeof PORTS): string => `http://${host}:${PORTS[port]}`;

/** The plugin server's socket. */
export const socketOf = ({ folder }: Layout): string => join(folder, 'plugins.sock');
/** The file with what a program of the run prints. */
export const logOf = ({ logs }: Layout, name: string): string => join(logs, `${name}.log`);
/** The file with the process id of a program of the run. */
export const pidFileOf = ({ folder }: Layout, name: string): string => join(folder, `${name}.pid`);
/** The declarative file of the run: that of the package, with its requests logged to a file. */
export const configOf = ({ folder }: Layout): string => join(folder, 'kong.yml');

/** The path of file-log in the reference configuration, which leads nowhere where Kong is a daemon. */
const STANDARD_OUTPUT = /^( *path: )\/dev\/stdout$/gm;

/** A declarative file whose requests are logged to the run's own file. */
export const withRequestLog = (config: string, layout: Layout): string =>
  config.replaceAll(STANDARD_OUTPUT, (_, key: string) => `${key}${JSON.stringify(logOf(layout, 'requests'))}`);

/** Where the names in kong.yml are on this machine. */
export const hostsFile = ({ host }: Layout): string => `${host} ${Object.keys(DEMOS).join(' ')}\n`;

/** What differs from kong.conf outside of containers, as variables of Kong. */
export function kongVariables(layout: Layout): Record<string, string> {
  const { folder, host } = layout;
  const variables: Record<string, string> = {
    KONG_PREFIX: join(folder, 'kong'),
    KONG_DECLARATIVE_CONFIG: configOf(layout),
    KONG_PROXY_ERROR_LOG: logOf(layout, 'kong-proxy-error'),
    KONG_PROXY_ACCESS_LOG: 'off',
    KONG_ADMIN_ERROR_LOG: logOf(layout, 'kong-admin-error'),
    KONG_ADMIN_ACCESS_LOG: 'off',
    KONG_STATUS_ERROR_LOG: logOf(layout, 'kong-status-error'),
    KONG_STATUS_ACCESS_LOG: 'off',
    KONG_PROXY_LISTEN: `${host}:${PORTS.proxy}`,
    KONG_ADMIN_LISTEN: `${host}:${PORTS.admin}`,
    KONG_ADMIN_GUI_LISTEN: `${host}:${PORTS.manager}`,
    KONG_STATUS_LISTEN: `${host}:${PORTS.status}`,
    KONG_DNS_HOSTSFILE: join(folder, 'hosts'),
    KONG_NGINX_WORKER_PROCESSES: '2',
  };
  for (const [name, value] of Object.entries(pluginSettings(layout.plugins, socketOf(layout), folder))) {
    variables[`KONG_${name.toUpperCase()}`] = value;
  }
  return variables;
}
