import type { ResponseHeaders, SharedValue } from './operations';
import type { Reject, Warning } from './outcome';

/**
 * The decision of a response phase about an answer that Kong holds: the client gets it as it is, with another content, or
 * gets another one.
 */
export type AnswerOutcome = Keep | ReplaceAnswer | Reject;

/** The client gets the answer as it is. */
export interface Keep {
  readonly kind: 'keep';
  /** The reason in one or two words, for the debug log. */
  readonly reason?: string;
  readonly warnings?: readonly Warning[];
  /** Put into `kong.ctx.shared`, for the log phase. */
  readonly share?: Readonly<Record<string, SharedValue>>;
  /** Set on the client's response. */
  readonly headers?: ResponseHeaders;
}

/** The client gets the answer with another content. */
export interface ReplaceAnswer {
  readonly kind: 'replace';
  /** The reason in one or two words, for the debug log. */
  readonly reason?: string;
  readonly warnings?: readonly Warning[];
  /** Put into `kong.ctx.shared`, for the log phase. */
  readonly share?: Readonly<Record<string, SharedValue>>;
  /** HTTP status; by default that of the answer. */
  readonly status?: number;
  /** Set; the other headers of the answer stay, except those that describe its body, such as Content-Encoding and ETag. */
  readonly headers?: ResponseHeaders;
  readonly removeHeaders?: readonly string[];
  readonly body: string | Uint8Array;
}

const asItIs: Keep = { kind: 'keep' };

/** Lets the client have the answer as it is, with these effects if there are any. */
export const keep = (effects?: Omit<Keep, 'kind'>): Keep => (effects ? { kind: 'keep', ...effects } : asItIs);

/** Gives the client the answer with another content. */
export const replaceAnswer = (answer: Omit<ReplaceAnswer, 'kind'>): ReplaceAnswer => ({ kind: 'replace', ...answer });
