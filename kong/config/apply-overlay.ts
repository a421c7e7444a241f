import { closest } from '../check/closest';
import type { Finding, Path } from '../check/finding';
import { isRecord } from '../check/is-record';
import { isEntityList, NAMING_FIELDS, PLUGIN_SCOPES, REQUIRED_WHEN_NEW } from './entities';

type Entity = Readonly<Record<string, unknown>>;

/** A key of an entity in an overlay that says what to do with the entity of this name. */
const ACTION = '$action';
/** A key in place of the name: all entities of the list that have each of these tags. */
const TAGS = '$tags';

const ACTIONS = ['merge', 'change', 'replace', 'remove'] as const;
type Action = (typeof ACTIONS)[number];

/** A file with an overlay applied, or what is wrong in the overlay; paths are those of the overlay. */
export type Overlaid = { readonly value: Entity } | { readonly findings: readonly Finding[] };

/**
 * Applies an overlay to a declarative file: both are plain values.
 *
 * Maps are merged key by key, and null removes a key. Entities are found by their names and merged; one that is not there
 * is added. All other lists are replaced. `$action` of an entity is `merge` (the default), `change` (it must exist),
 * `replace` or `remove`; `$tags` in place of a name selects all entities that have these tags.
 */
export function applyOverlay(base: unknown, overlay: unknown): Overlaid {
  if (!isRecord(base)) return { findings: [wrong([], 'the base is not a map', 'write a declarative file of Kong')] };
  if (!isRecord(overlay)) {
    return { findings: [wrong([], 'expected a map', 'write the part of a declarative file that changes')] };
  }
  const findings: Finding[] = [];
  const value = mergeEntity(base, overlay, { list: undefined, path: [], findings });
  return findings.length > 0 ? { findings } : { value };
}

interface Place {
  /** The list that the entity is in; undefined for the file itself. */
  readonly list: string | undefined;
  readonly path: Path;
  readonly findings: Finding[];
}

function mergeEntity(base: Entity, overlay: Entity, { list, path, findings }: Place): Entity {
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(overlay)) {
    if (key === ACTION || key === TAGS) continue;
    const place = { list: key, path: [...path, key], findings };
    if (isEntityList(list, key)) merged.set(key, mergeList(merged.get(key), value, place));
    else if (value === null) merged.delete(key);
    else merged.set(key, mergeValue(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

function mergeValue(base: unknown, overlay: unknown): unknown {
  if (!isRecord(overlay)) return overlay;
  const merged = new Map(isRecord(base) ? Object.entries(base) : []);
  for (const [key, value] of Object.entries(overlay)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergeValue(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

function mergeList(base: unknown, overlay: unknown, place: Place): unknown {
  const { path, findings } = place;
  if (!Array.isArray(overlay)) {
    findings.push(
      wrong(path, 'expected a list of entities', 'write a list; an entity is removed with $action: remove'),
    );
    return base;
  }
  const names = new Set<string>();
  return overlay.reduce<readonly unknown[]>(
    (entities, change: unknown, index) => mergeOne(entities, change, { ...place, path: [...path, index] }, names),
    Array.isArray(base) ? base : [],
  );
}

function mergeOne(entities: readonly unknown[], change: unknown, place: Place, names: Set<string>): readonly unknown[] {
  const { list = '', path, findings } = place;
  const reject = (problem: string, fix: string): readonly unknown[] => {
    findings.push(wrong(path, problem, fix));
    return entities;
  };
  if (!isRecord(change)) return reject('expected a map', 'write a map with the name of the entity');
  const action = change[ACTION] ?? 'merge';
  if (!isAction(action)) return reject(`${ACTION} is not one of ${ACTIONS.join(', ')}`, 'use one of these');
  const name = nameOf(change, list);
  const tags = change[TAGS];
  if (tags === undefined && name === undefined) {
    return reject('the entity has no name', `add ${(NAMING_FIELDS[list] ?? []).join(' or ')}`);
  }
  if (tags !== undefined && (!isTags(tags) || name !== undefined)) {
    return reject(`${TAGS} needs a list of tags, and no name beside it`, `write ${TAGS}: [a-tag] in place of the name`);
  }
  const key = name ?? `tags ${String(tags)}`;
  if (names.has(key)) return reject(`the overlay contains ${label(change, list)} twice`, 'join both');
  names.add(key);
  const isMeant = (entity: unknown): boolean =>
    isRecord(entity) && (isTags(tags) ? hasTags(entity, tags) : nameOf(entity, list) === name);
  if (entities.some(isMeant)) {
    if (action === 'remove') return entities.filter((entity) => !isMeant(entity));
    return entities.map((entity) => (isMeant(entity) ? changed(entity as Entity, change, action, place) : entity));
  }
  if (isTags(tags)) return reject(`no entity has the tags ${tags.join(', ')}`, 'correct the tags, or remove this');
  if (action === 'remove' || action === 'change' || !isComplete(change, list)) {
    return reject(`the base has no ${label(change, list)}`, suggestion(change, entities, list, action));
  }
  return [...entities, mergeEntity({}, change, place)];
}

const changed = (entity: Entity, change: Entity, action: Action, place: Place): Entity =>
  mergeEntity(action === 'replace' ? nameFieldsOf(entity) : entity, change, place);

/** An entity that is replaced keeps what names it, also where it was selected by its tags. */
const nameFieldsOf = (entity: Entity): Entity =>
  Object.fromEntries(
    Object.entries(entity).filter(([key]) => ['name', 'instance_name', 'username', 'tags'].includes(key)),
  );

/** The name of an entity among others of its list; undefined if it has none. */
function nameOf(entity: Entity, list: string): string | undefined {
  const field = NAMING_FIELDS[list]?.find((one) => typeof entity[one] === 'string');
  if (field === undefined) return undefined;
  const scopes = list === 'plugins' ? PLUGIN_SCOPES.map((scope) => JSON.stringify(entity[scope] ?? null)) : [];
  return [field, entity[field], ...scopes].join(' ');
}

const isAction = (value: unknown): value is Action => ACTIONS.includes(value as Action);

const isTags = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((tag) => typeof tag === 'string');

const hasTags = ({ tags }: Entity, wanted: readonly string[]): boolean =>
  Array.isArray(tags) && wanted.every((tag) => tags.includes(tag));

const isComplete = (entity: Entity, list: string): boolean =>
  REQUIRED_WHEN_NEW[list]?.some((field) => Object.hasOwn(entity, field)) ?? true;

const shortName = (entity: Entity, list: string): string => {
  const field = NAMING_FIELDS[list]?.find((one) => typeof entity[one] === 'string');
  return field === undefined ? '' : String(entity[field]);
};

const label = (entity: Entity, list: string): string => `${list.replace(/s$/, '')} ${shortName(entity, list)}`.trim();

function suggestion(change: Entity, entities: readonly unknown[], list: string, action: Action): string {
  const names = entities.filter(isRecord).map((entity) => shortName(entity, list));
  const near = closest(shortName(change, list), names);
  if (near !== undefined) return `did you mean ${near}?`;
  const fields = REQUIRED_WHEN_NEW[list] ?? [];
  return action === 'merge' && fields.length > 0
    ? `correct the name, or add ${fields.slice(0, 2).join(' or ')} to make a new one`
    : `correct the name; the base has ${names.join(', ') || 'none'}`;
}

const wrong = (path: Path, problem: string, fix: string): Finding => ({ severity: 'error', path, problem, fix });
