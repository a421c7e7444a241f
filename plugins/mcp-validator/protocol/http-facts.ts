import type { Headers, RawBody } from '../../../kong/pdk';
import type { CallerFacts } from '../policy/caller-rules';

/** The facts about an HTTP request that the validator uses. */
export interface HttpFacts {
  /** Upper case. */
  readonly method: string;
  /** The path that the upstream receives, without the query; empty if it is unknown. */
  readonly path: string;
  readonly headers: Headers;
  /** Kong has more headers than it returns: the others cannot be checked. */
  readonly headersTruncated: boolean;
  readonly body: RawBody;
  /** Who sent it; undefined unless the configuration has rules by caller. */
  readonly caller?: CallerFacts | undefined;
}
