import type { Capture } from '../shared/capture';
import { decodeBody } from '../shared/content-encoding';
import { headerOf, type LogEntry } from '../shared/log-entry';
import type { ApiName } from './apis';
import { framingOf } from './call';
import { createReader } from './readers/reader';
import type { Reply, ReplyLimits } from './readers/reply';
import { WORDINGS } from './readers/wordings';

/**
 * Reads the captured answer; undefined when its encoding is unknown. A compressed answer of which bytes are missing is
 * read up to the gap: nothing after it can be unfolded.
 */
export async function readReply(
  api: ApiName,
  entry: LogEntry,
  { head, tail, missingBytes }: Capture['response'],
  limits: ReplyLimits,
): Promise<Reply | undefined> {
  const encoding = headerOf(entry.responseHeaders, 'content-encoding');
  const whole = missingBytes === 0 ? Buffer.concat([head, tail]) : head;
  const decoded = await decodeBody(whole, encoding, limits.maxBufferBytes);
  if (!decoded) return undefined;
  const reader = createReader(WORDINGS[api], framingOf(entry), limits);
  reader.push(decoded.bytes);
  const encoded = decoded.bytes !== whole;
  if (missingBytes > 0 || decoded.cut) reader.gap();
  if (missingBytes > 0 && !encoded) reader.push(tail);
  return reader.end();
}
