import { LRUCache } from 'lru-cache';
import type { Metrics } from '../../../kong/pdk';
import { PerProcess } from '../../shared/runtime/per-process';

/** Where a request goes: Kong's service, and the endpoints of `paths` to which its path may belong. */
export interface Destination {
  readonly service: string;
  readonly endpoints: readonly string[];
}

/** The endpoints whose servers send responses on another stream, where nobody can judge them. */
export interface Elsewhere {
  readonly add: (destination: Destination) => void;
  readonly has: (destination: Destination) => boolean;
}

const MAX_ENDPOINTS = 4000;

/** All paths that are not of exactly one endpoint: a client can invent more of them than can be remembered. */
const OTHERS = '';

const perProcess = new PerProcess<Elsewhere>();

/** Those of the process, kept until it ends: a new configuration does not change the server. */
export const elsewhereOf = (metrics: Metrics): Elsewhere => perProcess.get(metrics, 'elsewhere', createElsewhere);

/**
 * One server may have endpoints of several transports, and paths have many spellings, so an endpoint is an entry of `paths`.
 * A path that may be of several endpoints counts as none of them: with it, a client could only close the others.
 */
export function createElsewhere(): Elsewhere {
  const known = new LRUCache<string, true>({ max: MAX_ENDPOINTS });
  const keyOf = (service: string, endpoint: string): string => JSON.stringify([service, endpoint]);
  return {
    add: ({ service, endpoints: [first = OTHERS, ...more] }) => {
      known.set(keyOf(service, more.length === 0 ? first : OTHERS), true);
    },
    has: ({ service, endpoints }) =>
      (endpoints.length === 1 ? endpoints : [OTHERS, ...endpoints]).some((one) => known.has(keyOf(service, one))),
  };
}
