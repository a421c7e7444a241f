import type { RawBody } from '../../../../kong/pdk';

/**
 * A larger body is read in a second thread (`SideThread`). In the worst case a byte takes about 100 ns, so a body of up to
 * this size blocks other requests for at most some 6 ms, and usually for a fraction of 1 ms.
 */
export const LARGE_BODY_BYTES = 65_536;

/** True if the body must be read there. A body larger than `maxBytes` is rejected unread. */
export const isLargeBody = (body: RawBody, maxBytes: number): body is Extract<RawBody, { kind: 'bytes' }> =>
  body.kind === 'bytes' && body.bytes.length > LARGE_BODY_BYTES && body.bytes.length <= maxBytes;
