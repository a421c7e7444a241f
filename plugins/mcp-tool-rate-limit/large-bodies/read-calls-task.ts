import { Headers } from '../../../kong/pdk';
import { readCalls, type ReadCalls } from '../read-calls';

/** A request to read in another thread, as values that can be cloned. */
export interface ReadCallsInput {
  readonly method: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly bytes: Uint8Array;
  readonly maxBodyBytes: number;
}

/** {@link readCalls} in another thread. */
export const readCallsTask = ({ method, headers, bytes, maxBodyBytes }: ReadCallsInput): ReadCalls =>
  readCalls({ method, headers: Headers.from(headers), body: { kind: 'bytes', bytes } }, maxBodyBytes);
