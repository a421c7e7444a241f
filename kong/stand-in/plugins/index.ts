import type { LuaMachine } from '../lua/machine';
import type { Exchange } from '../request/exchange';
import { acl } from './acl';
import type { BundledPlugin } from './bundled';
import { correlationId } from './correlation-id';
import { cors } from './cors';
import { fileLog } from './file-log';
import { functions } from './functions';
import { httpLog } from './http-log';
import { keyAuth } from './key-auth';
import { prometheus, type PrometheusPlugin } from './prometheus';
import { rateLimiting } from './rate-limiting';
import { requestSizeLimiting } from './request-size-limiting';

/** The emulated bundled plugins of one gateway. */
export interface BundledPlugins {
  readonly list: readonly BundledPlugin[];
  readonly prometheus: PrometheusPlugin;
  /** Closes their files and queues. */
  close(): void;
}

/** Creates the emulated plugins, with new state. */
export function bundledPlugins(lua: LuaMachine<Exchange>): BundledPlugins {
  const metrics = prometheus();
  const files = fileLog(lua);
  const batches = httpLog(lua);
  return {
    list: [
      functions('pre-function', 1_000_000, lua),
      correlationId,
      cors,
      keyAuth,
      requestSizeLimiting,
      acl,
      rateLimiting(),
      metrics,
      batches,
      files,
      functions('post-function', -1000, lua),
    ],
    prometheus: metrics,
    close: () => {
      files.close();
      batches.close();
    },
  };
}
