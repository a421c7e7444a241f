import { createHash, randomUUID } from 'node:crypto';

/** The namespace of ids that Kong derives in a declarative file (`schema/others/declarative_config.lua`). */
const ENTITIES = 'fd02801f-0957-4a15-a55a-c8d9606f30b5';

/** The workspace of a DB-less Kong (`constants.lua`). */
export const WORKSPACE = { id: '0dc6f45b-8f8d-40d2-a504-473544ee190b', name: 'default' } as const;

/** A UUID of version 5 (RFC 9562, section 5.5). */
function uuidV5(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name, 'latin1')
    .digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The id of an entity, derived from its key so that it is the same after a reload; random without a key. */
export const entityId = (entity: string, key: string | undefined): string =>
  key === undefined ? randomUUID() : uuidV5(uuidV5(ENTITIES, entity), key);
