import { UNKNOWN, type Labels } from '../../shared/telemetry/labels';
import type { LlmCall } from '../call';

const LABEL = 'gen_ai_request_model';

/** The same name for a model with two names: in Ollama no tag means the tag `latest`. */
const canonicalModel = (name: string): string => name.replace(/:latest$/, '');

/**
 * The model as a label. A name from a client becomes a label only after a call to the model has succeeded, or if the
 * configuration lists it; until then it is `_unknown`.
 */
export function modelLabelOf(
  labels: Labels,
  { entry, request, response }: LlmCall,
  { known_models, max_models }: { readonly known_models: readonly string[]; readonly max_models: number },
): string {
  const name = request.model ?? response?.model;
  if (name === undefined) return UNKNOWN;
  const model = canonicalModel(name);
  const proven = entry.status >= 200 && entry.status < 300;
  const known = proven || labels.knows(LABEL, model) || known_models.some((known) => canonicalModel(known) === model);
  return known ? labels.bounded(LABEL, model, max_models) : UNKNOWN;
}
