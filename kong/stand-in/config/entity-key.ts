import type { LuaTable } from '../lua/value';
import { ENTITIES, type EntityName } from './entities';

/** The parent of a nested entity. */
export interface Parent {
  /** The field of the nested entity that refers to the parent. */
  readonly field: string;
  readonly id: string;
  /** False when the id is random: nested entities then cannot have derived ids. */
  readonly isStable: boolean;
}

const COMPOUND: Readonly<Partial<Record<EntityName, readonly string[]>>> = {
  plugins: ['name', 'route', 'service', 'consumer'],
  targets: ['upstream', 'target'],
  acls: ['consumer', 'group'],
};

/** The text from which Kong derives the id of an entity (`get_key_for_uuid_gen`); undefined when the id is random. */
export function keyOf(name: EntityName, item: LuaTable, parent?: Parent): string | undefined {
  if (name === 'keyauth_credentials') return undefined;
  const fields = COMPOUND[name];
  if (!fields) {
    const value = item[ENTITIES[name].key ?? ''];
    return typeof value === 'string' ? value : undefined;
  }
  if (parent && !parent.isStable) return undefined;
  const parts = fields.map((field) => {
    const value = parent?.field === field ? parent.id : item[field];
    return typeof value === 'string' ? value : '';
  });
  return [name, '*', ...parts].join(':');
}
