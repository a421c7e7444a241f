import type { Authentication, ResponseHeaders, SharedValue } from './operations';
import type { FactsOf, Reads } from './reads';

/** The decision of a phase. The plugin server applies it in one write; a handler never changes anything itself. */
export type Outcome = Proceed | Reject;

/** A log line at level warn about the request. The plugin server adds `request_id`, and asks Kong for it only then. */
export interface Warning {
  readonly fields: object;
  readonly message: string;
}

/**
 * The wish that Kong reads the whole answer of the upstream before the client gets any of it, so that the plugin's response
 * phase can judge it.
 */
export interface Hold {
  /** The reason in one or two words, for the debug log. */
  readonly reason: string;
  /** What the client gets, as JSON, if the answer cannot be judged: it breaks off, never ends, or the response phase fails. */
  readonly failure: HoldFailure;
}

/** A complete JSON response. */
export interface HoldFailure {
  /** HTTP status, 200 to 599. */
  readonly status: number;
  readonly body: string;
}

/** The request proceeds, with these changes. */
export interface Proceed {
  readonly kind: 'proceed';
  /** The reason in one or two words, for the debug log. */
  readonly reason?: string;
  readonly warnings?: readonly Warning[];
  /** Who calls, for Kong and the plugins after this one. Sets no headers. */
  readonly authenticate?: Authentication;
  /** Put into `kong.ctx.shared` for the plugins after this one. */
  readonly share?: Readonly<Record<string, SharedValue>>;
  /** Added to the client's response. */
  readonly responseHeaders?: ResponseHeaders;
  /** Set on the upstream's request. */
  readonly upstreamHeaders?: ResponseHeaders;
  /** Removed from the upstream's request. */
  readonly clearUpstreamHeaders?: readonly string[];
  /** Holds the answer for the response phase of this plugin; without it, the answer streams as far as this plugin cares. */
  readonly hold?: Hold;
  /** Replaces the client's body in the upstream's request; Kong sets Content-Length. */
  readonly upstreamBody?: Uint8Array;
}

/** The request ends here, with this response. */
export interface Reject {
  readonly kind: 'reject';
  /** The reason in one or two words, for the debug log. */
  readonly reason?: string;
  readonly warnings?: readonly Warning[];
  /** HTTP status, 100 to 599. */
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: string;
  /** Put into `kong.ctx.shared`. The log phase of a rejected request still runs and can read it. */
  readonly share?: Readonly<Record<string, SharedValue>>;
}

/**
 * A question to Kong in the middle of a decision: for facts whose read depends on the facts that the handler has. It costs
 * the request one more round trip, and can be asked once.
 */
export interface Ask<R extends Reads = Reads> {
  readonly kind: 'ask';
  readonly reads: R;
  /** Decides, with the facts of these reads. Not called `then`: an awaited object with that member counts as a promise. */
  readonly answer: (facts: FactsOf<R>) => Outcome | Promise<Outcome>;
}

/** See {@link Ask}. */
export const ask = <R extends Reads>(reads: R, answer: Ask<R>['answer']): Ask => ({
  kind: 'ask',
  reads,
  answer: answer as Ask['answer'],
});

const plain: Proceed = { kind: 'proceed' };

/** Lets the request proceed, with these effects if there are any. */
export const proceed = (effects?: Omit<Proceed, 'kind'>): Proceed =>
  effects ? { kind: 'proceed', ...effects } : plain;

/** Responds to the client; the upstream does not receive the request. */
export const reject = (answer: Omit<Reject, 'kind'>): Reject => ({ kind: 'reject', ...answer });

/** What a response of {@link rejectJson} has besides its status and body. */
export type RejectJsonOptions = Partial<Pick<Reject, 'headers' | 'reason' | 'share'>>;

/** Responds to the client with `body` as JSON and `Content-Type: application/json`. */
export const rejectJson = (status: number, body: object, { headers, ...rest }: RejectJsonOptions = {}): Reject =>
  reject({ status, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body), ...rest });
