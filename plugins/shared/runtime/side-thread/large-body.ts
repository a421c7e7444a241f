import type { RawBody } from '../../../../kong/pdk';

/**
 * A larger body is read in a second thread (`SideThread`). In the worst case a byte takes about 100 ns, so a body of up to
 * this size blocks other requests for at most some 6 ms, and usually for a fraction of 1 ms.
 */
export const LARGE_BODY_BYTES = 65_536;

/**
 * A body of up to this size need not be read there if at most {@link LARGE_BODY_BYTES} of it are no long strings of arguments,
 * such as the text of a file, and nothing reads these. A byte of them takes at most 3 ns and usually 0.5 ns, less than to copy
 * it to the thread and to wake that up.
 */
export const MAX_CHEAP_BODY_BYTES = 2_097_152;

/** True if the body must be read there, except if it is a cheap one. A body larger than `maxBytes` is rejected unread. */
export const isLargeBody = (body: RawBody, maxBytes: number): body is Extract<RawBody, { kind: 'bytes' }> =>
  body.kind === 'bytes' && body.bytes.length > LARGE_BODY_BYTES && body.bytes.length <= maxBytes;
