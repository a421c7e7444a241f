/** A JSON Schema as a plain value. */
export type Schema = Readonly<Record<string, unknown>>;

/** An object with these members, of which `required` must be there; all others are open. */
export const object = (
  properties: Readonly<Record<string, Schema>> = {},
  required: readonly string[] = [],
): Schema => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
});

/** An object of any keys whose values are all alike. */
export const mapOf = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });

/** A list whose items are all alike. */
export const listOf = (items: Schema): Schema => ({ type: 'array', items });

/** What is like one of these. */
export const anyOf = (...schemas: readonly Schema[]): Schema => ({ anyOf: schemas });

/** One of these texts. */
export const oneOf = (...values: readonly string[]): Schema => ({ enum: values });

export const text: Schema = { type: 'string' };
export const number: Schema = { type: 'number' };
export const integer: Schema = { type: 'integer' };
export const boolean: Schema = { type: 'boolean' };
export const anyObject: Schema = { type: 'object' };
export const anything: Schema = {};

/** Of a request id or a progress token. */
export const token: Schema = { type: ['string', 'integer'] };

/** Opaque texts that a client hands back to the server; the protocol sets no bound, a gateway needs one. */
const MAX_CURSOR_LENGTH = 16_384;
const MAX_REQUEST_STATE_LENGTH = 262_144;

/** Where a list goes on; opaque to the client. */
export const cursor: Schema = { type: 'string', maxLength: MAX_CURSOR_LENGTH };
/** What a server wants back with the next try of a request; opaque to the client. */
export const requestState: Schema = { type: 'string', maxLength: MAX_REQUEST_STATE_LENGTH };
