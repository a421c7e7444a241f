import { join } from 'node:path';
import { pluginSettings } from '../plugin-server/kong-conf';

/** Ports of the reference configuration. */
export const PORTS = {
  proxy: 8000,
  admin: 8001,
  manager: 8002,
  status: 9080,
  pluginServer: 9464,
  agent: 9465,
  'py-calculator': 8100,
  'go-calculator': 8200,
  phoenix: 6006,
  ollama: 11434,
  chat: 8300,
} as const;

/** The backends of the reference configuration. */
export type Backend = 'py-calculator' | 'go-calculator' | 'phoenix' | 'ollama' | 'chat';

/** The demo program of each backend. */
export const DEMOS: Readonly<Record<Backend, string>> = {
  'py-calculator': 'calculator',
  'go-calculator': 'calculator',
  phoenix: 'trace-sink',
  ollama: 'ollama',
  chat: 'chat',
};

/** The folders and the address of one run. */
export interface Layout {
  /** The root folder of the package. */
  readonly root: string;
  /** A folder of this run only. */
  readonly folder: string;
  /** The folder for the logs of all programs and of Kong's workers. */
  readonly logs: string;
  readonly host: string;
  /** Names of the plugins that the plugin server describes. */
  readonly plugins: readonly string[];
}

/** The URL of a part of the run. */
export const urlOf = ({ host }: Layout, port: keyof typeof PORTS): string => `http://${host}:${PORTS[port]}`;

/** The socket of the plugin server. */
export const socketOf = ({ folder }: Layout): string => join(folder, 'plugins.sock');
/** The file with the output of a program. */
export const logOf = ({ logs }: Pick<Layout, 'logs'>, name: string): string => join(logs, `${name}.log`);
/** The file with the process id of a program. */
export const pidFileOf = ({ folder }: Layout, name: string): string => join(folder, `${name}.pid`);
/** The declarative file of the run: a copy of kong.yml. */
export const configOf = ({ folder }: Pick<Layout, 'folder'>): string => join(folder, 'kong.yml');

/** The hosts file with the names of the backends and of the plugin server in kong.yml. */
export const hostsFile = ({ host }: Layout): string => `${host} ${Object.keys(DEMOS).join(' ')} plugin-server\n`;

/** The settings that differ from kong.conf outside of containers, as environment variables of Kong. */
export function kongVariables(layout: Layout): Record<string, string> {
  const { folder, host } = layout;
  const variables: Record<string, string> = {
    KONG_PREFIX: join(folder, 'kong'),
    KONG_DECLARATIVE_CONFIG: configOf(layout),
    KONG_PROXY_ERROR_LOG: logOf(layout, 'kong-proxy-error'),
    KONG_NGINX_HTTP_INCLUDE: join(layout.root, 'kong', 'request-log.conf'),
    // A Kong that runs as a daemon has no standard output.
    KONG_PROXY_ACCESS_LOG: `${logOf(layout, 'requests')} requests`,
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
