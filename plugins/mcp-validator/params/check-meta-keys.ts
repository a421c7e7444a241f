import { isJsonObject, memberOf, type JsonObject } from '../../shared/json-rpc/message';

const LABEL = '[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const META_KEY = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*/)?(?:[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?)?$`);
const MAX_KEY_LENGTH = 256;

/** Are all keys of `params._meta` formed as 2025-06-18 and later demand (basic/index "_meta")? */
export function hasWellFormedMetaKeys(params: JsonObject | undefined): boolean {
  const meta = params && memberOf(params, '_meta');
  if (!isJsonObject(meta)) return true;
  return Object.keys(meta).every((key) => key.length <= MAX_KEY_LENGTH && META_KEY.test(key));
}
