import { isJsonObject } from '../../shared/json/json-object';
import { readStrictJson } from '../../shared/json/read-strict-json';
import { TEXT_BOUNDS } from './judge-text';
import { likeNames } from './like-names';

const isLikeResult = likeNames(['result']);

/**
 * Whether the body of a response with status 4xx or 5xx may be forwarded: it is empty, or JSON without a result, in which
 * no client finds a list.
 *
 * @param bytes the decoded body; undefined if it could not be decoded
 */
export function judgeHttpError(bytes: Buffer | undefined): 'keep' | 'replace' {
  if (!bytes) return 'replace';
  if (bytes.length === 0) return 'keep';
  const reading = readStrictJson(bytes, TEXT_BOUNDS);
  if (!reading.ok) return 'replace';
  const { value } = reading;
  const messages: readonly unknown[] = Array.isArray(value) ? value : [value];
  const hasResult = messages.some(
    (message) => isJsonObject(message) && Object.keys(message).some((key) => key === 'result' || isLikeResult(key)),
  );
  return hasResult ? 'replace' : 'keep';
}
