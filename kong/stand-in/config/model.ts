import type { LuaTable } from '../lua/value';

/** The entities of a declarative file, with defaults and with references resolved to ids. */

interface Entity extends LuaTable {
  readonly id: string;
  readonly created_at: number;
  readonly updated_at: number;
}

/** A reference to another entity. */
type Reference = { readonly id: string };

/** A backend behind the gateway; the timeouts are in milliseconds. */
export interface Service extends Entity {
  readonly name?: string;
  readonly retries: number;
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly path?: string;
  readonly connect_timeout: number;
  readonly write_timeout: number;
  readonly read_timeout: number;
  readonly enabled: boolean;
  readonly tls_verify?: boolean;
}

/** Which requests are sent to a service. An absent list matches any value. */
export interface Route extends Entity {
  readonly name?: string;
  readonly protocols: readonly string[];
  readonly methods?: readonly string[];
  readonly hosts?: readonly string[];
  readonly paths?: readonly string[];
  readonly headers?: Readonly<Record<string, readonly string[]>>;
  readonly https_redirect_status_code: number;
  readonly regex_priority: number;
  readonly strip_path: boolean;
  readonly preserve_host: boolean;
  readonly request_buffering: boolean;
  readonly response_buffering: boolean;
  readonly path_handling: string;
  readonly service?: Reference;
}

interface Unhealthy extends LuaTable {
  readonly http_statuses: readonly number[];
  readonly tcp_failures: number;
  readonly timeouts: number;
  readonly http_failures: number;
}

interface Healthy extends LuaTable {
  readonly http_statuses: readonly number[];
  readonly successes: number;
}

/** The active health checks of an upstream. */
export interface ActiveChecks extends LuaTable {
  readonly type: string;
  /** Seconds, as the two intervals. */
  readonly timeout: number;
  readonly http_path: string;
  readonly headers?: Readonly<Record<string, readonly string[]>>;
  readonly healthy: Healthy & { readonly interval: number };
  readonly unhealthy: Unhealthy & { readonly interval: number };
}

/** A name for several targets, and their health checks. */
export interface Upstream extends Entity {
  readonly name: string;
  readonly algorithm: string;
  readonly host_header?: string;
  readonly healthchecks: LuaTable & {
    readonly active: ActiveChecks;
    readonly passive: LuaTable & { readonly healthy: Healthy; readonly unhealthy: Unhealthy };
    readonly threshold: number;
  };
}

/** One address of an upstream: `host:port`, with its share of the load. */
export interface Target extends Entity {
  readonly upstream: Reference;
  readonly target: string;
  readonly weight: number;
}

/** A client that an authentication plugin can identify. */
export interface Consumer extends Entity {
  readonly username?: string;
  readonly custom_id?: string;
  readonly tags?: readonly string[];
}

/** One configuration of a plugin and its scope; without a scope it applies to all requests. */
export interface PluginEntity extends Entity {
  readonly name: string;
  readonly instance_name?: string;
  readonly config: LuaTable;
  readonly enabled: boolean;
  readonly protocols: readonly string[];
  readonly route?: Reference;
  readonly service?: Reference;
  readonly consumer?: Reference;
}

/** A key of a consumer, for key-auth. */
export interface KeyAuth extends Entity {
  readonly consumer: Reference;
  readonly key: string;
}

/** A group that a consumer is in, for acl. */
export interface Acl extends Entity {
  readonly consumer: Reference;
  readonly group: string;
}

/** All entities of a declarative file, in its order. */
export interface Entities {
  readonly services: readonly Service[];
  readonly routes: readonly Route[];
  readonly upstreams: readonly Upstream[];
  readonly targets: readonly Target[];
  readonly consumers: readonly Consumer[];
  readonly plugins: readonly PluginEntity[];
  readonly keyauth_credentials: readonly KeyAuth[];
  readonly acls: readonly Acl[];
}
