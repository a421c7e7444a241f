import { isTable, type LuaTable, type LuaValue } from '../lua/value';
import { checkPlugin } from './check-plugin';
import type { Complaint } from './complaint';
import { ConfigError } from './config-error';
import { ENTITIES, ENTITY_NAMES, type EntityName } from './entities';
import { keyOf, type Parent } from './entity-key';
import type { Field, PatternMatch } from './field';
import { fillRecord } from './fill';
import { entityId } from './ids';
import type { Entities } from './model';
import { parseYaml } from './parse-yaml';
import type { KnownPlugin } from './plugin-schema';
import { validateRecord } from './validate';

/**
 * Kinds of entities that the stand-in reports and ignores. `filter_chains` is not one of them: a filter may reject
 * requests.
 */
const IGNORED = [
  'workspaces',
  'certificates',
  'ca_certificates',
  'snis',
  'vaults',
  'keys',
  'key_sets',
  'consumer_groups',
  'basicauth_credentials',
  'hmacauth_credentials',
  'jwt_secrets',
  'oauth2_credentials',
  'sessions',
];

const FILE: Field = {
  type: 'record',
  fields: [
    { _format_version: { type: 'string', required: true, one_of: ['1.1', '2.1', '3.0'] } },
    { _transform: { type: 'boolean', default: true } },
    { _comment: { type: 'string' } },
    { _ignore: { type: 'array', elements: { type: 'any' } } },
    ...[...ENTITY_NAMES, ...IGNORED].map((name) => ({ [name]: { type: 'array', elements: { type: 'any' } } })),
  ],
};

/** The content of a declarative file. */
export interface Declared {
  readonly entities: Entities;
  /** Kinds of entities in the file that are not emulated. */
  readonly ignored: readonly string[];
}

interface Found {
  readonly entity: Record<string, LuaValue>;
  readonly path: string;
}

/** Reads a declarative file. Throws {@link ConfigError} for one that a DB-less Kong would not start with. */
export function readDeclarative(
  text: string,
  plugins: ReadonlyMap<string, KnownPlugin>,
  match: PatternMatch,
  nowSeconds: number,
): Declared {
  return new Reader(plugins, match, nowSeconds).read(parseYaml(text));
}

class Reader {
  private readonly complaints: Complaint[] = [];
  private readonly found = new Map<EntityName, Map<string, Found>>(ENTITY_NAMES.map((name) => [name, new Map()]));
  private readonly byKey = new Map<string, string>();

  constructor(
    private readonly plugins: ReadonlyMap<string, KnownPlugin>,
    private readonly match: PatternMatch,
    private readonly nowSeconds: number,
  ) {}

  read(file: LuaTable): Declared {
    this.complaints.push(...validateRecord(FILE, file, '', this.match));
    for (const name of ENTITY_NAMES) this.readList(name, file[name], name);
    for (const name of ENTITY_NAMES) this.resolve(name);
    if (this.complaints.length > 0) throw new ConfigError(this.complaints);
    const lists: Partial<Record<EntityName, LuaTable[]>> = {};
    for (const name of ENTITY_NAMES)
      lists[name] = [...(this.found.get(name)?.values() ?? [])].map(({ entity }) => entity);
    return {
      entities: lists as unknown as Entities,
      ignored: IGNORED.filter((name) => Array.isArray(file[name])),
    };
  }

  private readList(name: EntityName, list: LuaValue, path: string, parent?: Parent): void {
    if (!Array.isArray(list)) return;
    (list as readonly LuaValue[]).forEach((item, index) => {
      const at = `${path}[${index + 1}]`;
      if (isTable(item)) this.readEntity(name, item, at, parent);
      else this.complaints.push({ path: at, message: 'expected a record' });
    });
  }

  private readEntity(name: EntityName, item: LuaTable, path: string, parent?: Parent): void {
    const { record, children, key } = ENTITIES[name];
    const own: Record<string, LuaValue> = Object.fromEntries(
      Object.entries(item).filter(([field]) => !(field in children)),
    );
    const derived = own['id'] === undefined ? keyOf(name, own, parent) : undefined;
    const stable =
      typeof own['id'] === 'string' ? own['id'] : derived === undefined ? undefined : entityId(name, derived);
    const id = stable ?? entityId(name, undefined);
    if (parent) own[parent.field] = parent.id;
    this.complaints.push(...validateRecord(record, own, path, this.match));
    const entity: Record<string, LuaValue> = {
      ...fillRecord(record, own),
      id,
      created_at: own['created_at'] ?? this.nowSeconds,
      updated_at: own['updated_at'] ?? this.nowSeconds,
    };
    if (name === 'plugins') {
      const { config, complaints } = checkPlugin(entity, path, this.plugins, this.match);
      this.complaints.push(...complaints);
      entity['config'] = config;
    }
    this.keep(name, entity, path, key);
    for (const [child, field] of Object.entries(children)) {
      if (item[child] !== undefined && item[child] !== null && !Array.isArray(item[child])) {
        this.complaints.push({ path: `${path}.${child}`, message: 'expected an array' });
      }
      this.readList(child as EntityName, item[child], `${path}.${child}`, {
        field,
        id,
        isStable: stable !== undefined,
      });
    }
  }

  private keep(name: EntityName, entity: Record<string, LuaValue>, path: string, keyField: string | undefined): void {
    const id = entity['id'] as string;
    const key = keyField === undefined ? undefined : entity[keyField];
    const violation = (field: string, value: string): Complaint => ({
      path,
      message: `uniqueness violation: '${name}' entity with ${field} set to '${value}' already declared`,
    });
    if (typeof key === 'string' && keyField !== undefined) {
      const index = `${name}\0${key}`;
      if (this.byKey.has(index)) this.complaints.push(violation(keyField, key));
      this.byKey.set(index, id);
    }
    const list = this.found.get(name);
    if (list?.has(id)) this.complaints.push(violation('primary key', id));
    list?.set(id, { entity, path });
  }

  private resolve(name: EntityName): void {
    const { references } = ENTITIES[name];
    for (const { entity, path } of this.found.get(name)?.values() ?? []) {
      for (const [field, target] of Object.entries(references)) {
        const value = entity[field];
        if (typeof value !== 'string') continue;
        const id = this.byKey.get(`${target}\0${value}`) ?? value;
        if (this.found.get(target)?.has(id)) entity[field] = { id };
        else {
          const message = `invalid reference '${field}: ${value}' (no such entry in '${target}')`;
          this.complaints.push({ path: `${path}.${field}`, message });
        }
      }
    }
  }
}
