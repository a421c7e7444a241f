import { type JsonObject, isJsonObject, memberOf } from '../../shared/json/json-object';

/** What can be wrong with a key of `_meta`: its syntax, or a prefix that is reserved for the protocol. */
export type MetaKeyProblem = 'malformed' | 'reserved';

const LABEL = '[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const META_KEY = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*/)?(?:[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?)?$`);
const MAX_KEY_LENGTH = 256;

/** Until 2025-11-25: such a label before another one. Since 2026-07-28: such a second label (basic/index "_meta"). */
const RESERVED_PREFIX =
  /^(?:(?:[^./]+\.)*(?:modelcontextprotocol|mcp)\.|[^./]+\.(?:modelcontextprotocol|mcp)(?=[./]))[^/]*\//;

/** Keys of the protocol itself and its extensions. */
const DEFINED = /^io\.modelcontextprotocol\//;

/** The worst problem of the keys in `params._meta`. Servers do not enforce these rules. */
export function findMetaKeyProblem(params: JsonObject | undefined): MetaKeyProblem | undefined {
  const meta = params && memberOf(params, '_meta');
  if (!isJsonObject(meta)) return undefined;
  let problem: MetaKeyProblem | undefined;
  for (const key of Object.keys(meta)) {
    if (key.length > MAX_KEY_LENGTH || !META_KEY.test(key)) return 'malformed';
    if (RESERVED_PREFIX.test(key) && !DEFINED.test(key)) problem = 'reserved';
  }
  return problem;
}
