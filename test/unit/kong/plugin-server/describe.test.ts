import { partsOf, type Plugin } from '../../../../kong/pdk';
import { toKongFields, type KongFieldBody } from '../../../../kong/pdk/kong-schema';
import { readConfig } from '../../../../kong/pdk/read-config';
import { answerQuery, phasesOf } from '../../../../kong/plugin-server/describe';
import { fillRecord } from '../../../../kong/stand-in/config/fill';
import { pluginSchema } from '../../../../kong/stand-in/config/plugin-schema';
import { validateRecord } from '../../../../kong/stand-in/config/validate';
import { plugins } from '../../../../plugins';

/** The types for which Kong accepts an attribute (`kong/db/schema/metaschema.lua`, attribute_types). */
const TYPES_OF: Readonly<Record<string, readonly string[]>> = {
  between: ['number', 'integer'],
  gt: ['number', 'integer'],
  len_min: ['array', 'set', 'string', 'map'],
  len_max: ['array', 'set', 'string', 'map'],
  match: ['string'],
  one_of: ['string', 'number', 'integer'],
  referenceable: ['string'],
  encrypted: ['string'],
  elements: ['array', 'set'],
  keys: ['map'],
  values: ['map'],
  fields: ['record'],
};
const ANY_TYPE = new Set(['type', 'description', 'required', 'default']);

/** All fields of a record by path, including those inside collections and records. */
function* walk(
  fields: readonly Readonly<Record<string, KongFieldBody>>[],
  path = '',
): Generator<[string, KongFieldBody]> {
  for (const entry of fields)
    for (const [name, body] of Object.entries(entry)) yield* walkField(`${path}${name}`, body);
}

function* walkField(path: string, body: KongFieldBody): Generator<[string, KongFieldBody]> {
  yield [path, body];
  for (const inner of ['elements', 'keys', 'values'] as const) {
    const part = body[inner];
    if (part) yield* walkField(`${path}.<${inner}>`, part);
  }
  yield* walk(body.fields ?? [], `${path}.`);
}

/** In the order in which Kong runs them. */
const phasesIn = (plugin: Plugin): string[] =>
  ['access', 'response', 'log'].filter((name) => partsOf(plugin).some(({ phases }) => Object.hasOwn(phases, name)));

/** Observers: their access phase runs only if an operator enables it. */
const onPathOnDemand = ['llm-telemetry', 'mcp-telemetry'];

describe.each(plugins.map((plugin) => [plugin.name, plugin] as const))('%s', (name, plugin) => {
  const { Protocol, Plugins } = answerQuery(plugin);
  const [info] = Plugins;

  it('describes all its phases if they are requested', () => {
    expect(answerQuery(plugin, phasesOf(plugin)).Plugins[0].Phases).toEqual(phasesIn(plugin));
  });

  it('has a description in the format that Kong expects', () => {
    expect(Protocol).toBe('ProtoBuf:1');
    expect(info).toMatchObject({
      Name: name,
      Priority: plugin.priority,
      Phases: phasesIn(plugin).filter((phase) => !(onPathOnDemand.includes(name) && phase === 'access')),
      Schema: { name },
    });
    expect(info.Version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(info.Schema.fields).toEqual([
      { config: { type: 'record', required: true, fields: toKongFields(plugin.fields) } },
    ]);
    expect(JSON.parse(JSON.stringify(info))).toEqual(info);
  });

  it.each([...walk(toKongFields(plugin.fields))])('declares the field %s in a form that Kong accepts', (_, body) => {
    expect(String(body['description']).length).toBeGreaterThanOrEqual(10);
    expect(String(body['description']).length).toBeLessThanOrEqual(500);
    for (const attribute of Object.keys(body).filter((known) => !ANY_TYPE.has(known))) {
      expect([attribute, TYPES_OF[attribute]]).toEqual([attribute, expect.arrayContaining([body.type])]);
    }
  });

  it('has defaults that its own rules allow and that equal those of readConfig', () => {
    const { record } = pluginSchema(info.Schema);
    const complaints = validateRecord(record!, {}, 'config', () => true);
    expect(complaints.filter(({ message }) => message !== 'required field missing')).toEqual([]);
    expect(readConfig(plugin.fields, {})).toEqual(withoutNulls(fillRecord(record!, {})));
  });
});

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const present = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(present.map(([name, member]) => [name, withoutNulls(member)]));
}
