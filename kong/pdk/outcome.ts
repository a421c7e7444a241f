import type { ResponseHeaders, SharedValue } from './operations';

/** What a phase decided. The kernel applies it in one write; a handler never changes anything itself. */
export type Outcome = Proceed | Reject;

/** The request goes on, with these changes. */
export interface Proceed {
  readonly kind: 'proceed';
  /** Why, in a word or two, for the debug log. */
  readonly reason?: string;
  /** Put into `kong.ctx.shared` for the plugins after this one. */
  readonly share?: Readonly<Record<string, SharedValue>>;
  /** Added to the answer that the client will get. */
  readonly responseHeaders?: ResponseHeaders;
  /** Set on the request that the upstream will get. */
  readonly upstreamHeaders?: ResponseHeaders;
  /** Removed from the request that the upstream will get. */
  readonly clearUpstreamHeaders?: readonly string[];
  /** The body that the upstream will get instead of the client's; Kong sets its Content-Length. */
  readonly upstreamBody?: Uint8Array;
}

/** The request ends here, with this answer. */
export interface Reject {
  readonly kind: 'reject';
  /** Why, in a word or two, for the debug log. */
  readonly reason?: string;
  /** HTTP status, 100 to 599. */
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: string;
  /** Put into `kong.ctx.shared`: the log phase of a rejected request still runs and may want the reason. */
  readonly share?: Readonly<Record<string, SharedValue>>;
}

const plain: Proceed = { kind: 'proceed' };

/** Lets the request go on, with effects if any are given. */
export const proceed = (effects?: Omit<Proceed, 'kind'>): Proceed =>
  effects ? { kind: 'proceed', ...effects } : plain;

/** Answers the client at once; the upstream never sees the request. */
export const reject = (answer: Omit<Reject, 'kind'>): Reject => ({ kind: 'reject', ...answer });

/** What {@link rejectJson} adds to an answer besides its status and body. */
export type RejectJsonOptions = Partial<Pick<Reject, 'headers' | 'reason' | 'share'>>;

/** Answers the client at once with `body` as JSON, under `Content-Type: application/json`. */
export const rejectJson = (status: number, body: object, { headers, ...rest }: RejectJsonOptions = {}): Reject =>
  reject({ status, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body), ...rest });
