import type { Field, FieldRules, Fields } from '../pdk';

/** The attributes of a field that a reader of its row wants to know. */
interface ShownAttributes extends FieldRules {
  readonly description: string;
}

/**
 * The Markdown table of config fields: one row each, those of records under dotted names, those of the records of a list
 * under `name[].field`.
 */
export function configTable(fields: Fields): string {
  const rows = rowsOf(fields, '').map((cells) => `| ${cells.join(' | ')} |`);
  return ['| Field | Type | Default | Description |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function rowsOf(fields: Fields, prefix: string): string[][] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const attributes = field.attributes as ShownAttributes;
    const row = [`\`${path}\``, typeOf(field), defaultOf(field, attributes), escape(attributes.description)];
    const { fields: inner, elements, values } = field;
    if (inner) return [row, ...rowsOf(inner, `${path}.`)];
    if (elements?.fields) return [row, ...rowsOf(elements.fields, `${path}[].`)];
    return values?.fields ? [row, ...rowsOf(values.fields, `${path}.*.`)] : [row];
  });
}

function typeOf({ type, attributes, elements, values }: Field): string {
  const shown = attributes as ShownAttributes;
  const inner = elements ?? values;
  if (inner) return [`${type} of ${typeOf(inner)}`, ...countOf(shown)].join(', ');
  if (shown.one_of) return shown.one_of.map((value) => code(value)).join(', ');
  const notes = [...rangeOf(shown), ...lengthOf(shown), ...(shown.referenceable ? ['vault reference allowed'] : [])];
  return [type, ...notes].join(', ');
}

function rangeOf({ between, gt }: ShownAttributes): string[] {
  if (between) return [`${between[0]} to ${between[1]}`];
  return gt === undefined ? [] : [`greater than ${gt}`];
}

/** Every text has at least one byte unless its field says otherwise, so that bound says nothing. */
function lengthOf({ len_min: shortest = 1, len_max: longest }: ShownAttributes): string[] {
  return [
    ...(shortest > 1 ? [`at least ${shortest} characters`] : []),
    ...(longest === undefined ? [] : [`at most ${longest} characters`]),
  ];
}

function countOf({ len_min: fewest = 0, len_max: most }: ShownAttributes): string[] {
  return [...(fewest > 0 ? [`at least ${fewest}`] : []), ...(most === undefined ? [] : [`at most ${most}`])];
}

function defaultOf({ fields }: Field, attributes: ShownAttributes): string {
  if (attributes.default !== undefined) return code(attributes.default);
  // A required record is filled with the defaults of its fields.
  return attributes.required && !fields ? 'required' : '';
}

const code = (value: unknown): string =>
  `\`${JSON.stringify(value).replaceAll('"', '').replaceAll(',', ', ').replaceAll('|', '\\|')}\``;

/** A description as text of a cell: no character of it is Markdown's. */
const escape = (text: string): string =>
  text.replaceAll(/[\\*|<]|(?<!\w)_|_(?!\w)/g, (character) => (character === '<' ? '&lt;' : `\\${character}`));
