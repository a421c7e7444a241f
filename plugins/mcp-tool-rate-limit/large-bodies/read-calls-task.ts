import { Headers } from '../../../kong/pdk';
import { readCalls, type ReadCalls } from '../read-calls';

/** A request whose calls are to be read in another thread. */
export interface ReadCallsInput {
  readonly method: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly bytes: Uint8Array;
  readonly maxBodyBytes: number;
}

/** Reads as {@link readCalls} does, from values that can be handed from thread to thread. */
export const readCallsTask = ({ method, headers, bytes, maxBodyBytes }: ReadCallsInput): ReadCalls =>
  readCalls({ method, headers: Headers.from(headers), body: { kind: 'bytes', bytes } }, maxBodyBytes);
