import type { LuaTable } from '../lua/value';
import { ENTITIES, type EntityName } from './entities';

/** The entity in whose list another one is nested. */
export interface Parent {
  /** The field of the nested one that points back. */
  readonly field: string;
  readonly id: string;
  /** False where the id is new at each load: what is nested under it can't have a derived id. */
  readonly isStable: boolean;
}

const COMPOUND: Readonly<Partial<Record<EntityName, readonly string[]>>> = {
  plugins: ['name', 'route', 'service', 'consumer'],
  targets: ['upstream', 'target'],
  acls: ['consumer', 'group'],
};

/** The text from which Kong derives an entity's id (`get_key_for_uuid_gen`), undefined where it draws one. */
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
