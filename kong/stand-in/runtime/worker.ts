import type { RunningInstances } from '../rpc/instances';

/** One nginx worker, as far as plugin servers can tell them apart: its connections and its instances. */
export interface Worker {
  readonly id: number;
  readonly instances: RunningInstances;
}
