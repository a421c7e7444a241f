import type { Field } from './field';
import { checkNamePattern, checkTag } from './text-checks';

/** Fields of several kinds of entities (`schema/typedefs.lua`). */

/** Every protocol that a service, a route or a plugin may be for. */
export const PROTOCOLS = ['grpc', 'grpcs', 'http', 'https', 'tcp', 'tls', 'tls_passthrough', 'udp'];

export const id: Field = { type: 'string', uuid: true };
const timestamp: Field = { type: 'integer' };
/** A name that is unique among entities of the same kind. */
export const name: Field = { type: 'string', check: checkNamePattern };
export const tags: Field = { type: 'set', elements: { type: 'string', check: checkTag } };
/** A reference to another entity. */
export const reference: Field = { type: 'foreign' };
export const common = [{ id }, { created_at: timestamp }, { updated_at: timestamp }, { tags }];
/** Kong ignores these fields. */
export const comments = [{ _comment: { type: 'string' } }, { _ignore: { type: 'array', elements: { type: 'any' } } }];
