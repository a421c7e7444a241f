import { LRUCache } from 'lru-cache';
import type { Metrics } from '../../../kong/pdk';
import { PerProcess } from '../../shared/runtime/per-process';

/** The services whose servers send lists on another stream than the response, where nobody can cut them. */
export interface Elsewhere {
  readonly add: (service: string) => void;
  readonly has: (service: string) => boolean;
}

const MAX_SERVICES = 1000;

const perProcess = new PerProcess<Elsewhere>();

/** Those of the process, kept until it ends: a new configuration does not change the server. */
export const elsewhereOf = (metrics: Metrics): Elsewhere =>
  perProcess.get(metrics, 'lists-elsewhere', () => {
    const services = new LRUCache<string, true>({ max: MAX_SERVICES });
    return {
      add: (service) => void services.set(service, true),
      has: (service) => services.has(service),
    };
  });
