/** What a list contains: the three kinds of things that have rules. */
export type ListKind = 'tools' | 'prompts' | 'resources';

/** A method whose result is a list. */
export interface ListMethod {
  readonly kind: ListKind;
  /** The member of the result that is the list. */
  readonly array: string;
  /** The member that names an element. */
  readonly name: string;
}

const METHODS: ReadonlyMap<string, ListMethod> = new Map([
  ['tools/list', { kind: 'tools', array: 'tools', name: 'name' }],
  ['prompts/list', { kind: 'prompts', array: 'prompts', name: 'name' }],
  ['resources/list', { kind: 'resources', array: 'resources', name: 'uri' }],
  ['resources/templates/list', { kind: 'resources', array: 'resourceTemplates', name: 'uriTemplate' }],
]);

/** The list that a method returns; undefined for another method. */
export const listMethodOf = (method: string | undefined): ListMethod | undefined =>
  method === undefined ? undefined : METHODS.get(method);
