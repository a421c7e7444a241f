import * as z from 'zod';
import { hasMoreValuesThan } from './count-values';

/** Maximum number of values and keys in a request; more would need more memory than a small container has. */
const MAX_VALUES = 200_000;

/** Null means absent everywhere, as in Go's decoder. */
export const optional = <T extends z.ZodType>(type: T): z.ZodOptional<z.ZodNullable<T>> => type.nullable().optional();

const options = optional(
  z.looseObject({
    num_predict: optional(z.int()),
    seed: optional(z.int()),
    stop: optional(z.array(z.string()).max(16)),
  }),
);
const shared = {
  model: z.string().default(''),
  stream: optional(z.boolean()),
  think: optional(z.union([z.boolean(), z.string()])),
  format: z.unknown().optional(),
  keep_alive: z.unknown().optional(),
  options,
};

/** A tool that a request offers. */
export const tool = z.looseObject({
  function: z.looseObject({
    name: z.string().max(256),
    description: optional(z.string()),
    parameters: z.unknown().optional(),
  }),
});

const message = z.looseObject({ role: z.string(), content: z.string().default('') });

/** The body of `POST /api/chat`, as far as the demo reads it; other members are ignored. */
export const chatRequest = z.object({
  ...shared,
  messages: optional(z.array(message)),
  tools: optional(z.array(tool).max(128)),
});

/** The body of `POST /api/generate`. */
export const generateRequest = z.object({
  ...shared,
  prompt: z.string().default(''),
  system: optional(z.string()),
});

/** The body of `POST /api/embed`. */
export const embedRequest = z.object({
  model: z.string().default(''),
  input: z.union([z.string(), z.array(z.string()).max(512)]).default([]),
});

/** The body of `POST /api/show`; `name` is the older name of `model`. */
export const showRequest = z.object({ model: z.string().default(''), name: z.string().default('') });

/** A parsed chat request. */
export type ChatRequest = z.infer<typeof chatRequest>;
/** A parsed generate request. */
export type GenerateRequest = z.infer<typeof generateRequest>;
/** A tool that a chat request offers. */
export type OfferedTool = z.infer<typeof tool>;

/** The parsed request, or an error message. */
export type Parsed<T> = { ok: true; request: T } | { ok: false; error: string };

/** Parses a JSON body as a request. Never throws; the error never contains data of the client. */
export function parseRequest<T>(schema: z.ZodType<T>, body: Uint8Array): Parsed<T> {
  if (body.length === 0) return { ok: false, error: 'missing request body' };
  if (hasMoreValuesThan(MAX_VALUES, body)) return { ok: false, error: `request body has over ${MAX_VALUES} values` };
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return { ok: false, error: 'invalid JSON in request body' };
  }
  const result = schema.safeParse(json);
  if (result.success) return { ok: true, request: result.data };
  const [issue] = result.error.issues;
  return { ok: false, error: `invalid request: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`.slice(0, 200) };
}
