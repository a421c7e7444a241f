import type { Balancer } from '../balancer/balancer';
import type { Settings } from '../config/settings';
import type { LuaValue } from '../lua/value';
import type { AccessLog } from '../nginx/access-log';
import type { Router } from '../routing/router';
import type { AddressOf } from '../runtime/hosts-file';
import type { Lookups } from '../runtime/lookups';
import type { UpstreamAgents } from '../runtime/upstream-agents';

/** What a request uses of the gateway and of the current configuration. */
export interface Environment {
  readonly settings: Settings;
  readonly accessLog: AccessLog;
  readonly router: Router;
  /** By the name of the upstream entity. */
  readonly balancers: ReadonlyMap<string, Balancer>;
  readonly agents: UpstreamAgents;
  readonly addressOf: AddressOf;
  readonly lookups: Lookups;
  readonly sharedContexts: SharedContexts;
  /** Writes to the error log; `level` is one of nginx's. */
  log(level: string, message: string): void;
}

/** `kong.ctx.shared` of all current requests, by request id. */
export interface SharedContexts {
  open(id: string): void;
  close(id: string): void;
  getShared(id: string, key: LuaValue): LuaValue;
  setShared(id: string, key: LuaValue, value: LuaValue): void;
}
