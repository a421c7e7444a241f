import type { Headers, RawBody } from '../../../kong/pdk';

/** What the validator sees of an HTTP request. */
export interface HttpFacts {
  /** Upper case. */
  readonly method: string;
  /** As the upstream will see it, without the query; empty where it is not known. */
  readonly path: string;
  readonly headers: Headers;
  /** Kong had more headers than it hands out: what is missing can't be judged. */
  readonly headersTruncated: boolean;
  readonly body: RawBody;
}
