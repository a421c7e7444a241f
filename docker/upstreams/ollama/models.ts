import { createHash } from 'node:crypto';

/** Capabilities of a model, as Ollama names them. */
type Capability = 'completion' | 'tools' | 'thinking' | 'embedding';

/** A demo model: it produces fixed texts with realistic behaviour on the wire. */
export interface Model {
  /** With its tag, as `/api/tags` lists it. */
  name: string;
  capabilities: readonly Capability[];
  /** `brief` answers in a few sentences, `long` continues until it is stopped, `broken` fails after a few tokens. */
  behaviour: 'brief' | 'long' | 'broken';
}

/** The models by full name: names of popular models, so that requests written for Ollama work, and demo models. */
export const models: ReadonlyMap<string, Model> = new Map(
  [
    model('llama3.2', ['completion', 'tools']),
    model('llama3.1', ['completion', 'tools']),
    model('llama3.1:8b', ['completion', 'tools']),
    model('qwen3', ['completion', 'tools', 'thinking']),
    model('nomic-embed-text', ['embedding']),
    model('demo-long', ['completion'], 'long'),
    model('demo-broken', ['completion'], 'broken'),
  ].map((entry) => [entry.name, entry]),
);

/** Finds a model as Ollama does: a name without a tag means `latest`, and case is ignored. */
export function findModel(name: string): Model | undefined {
  return models.get(withTag(name).toLowerCase());
}

function withTag(name: string): string {
  return name.includes(':') ? name : `${name}:latest`;
}

/** A model as `/api/tags` lists it. */
export function listedModel({ name, capabilities }: Model): object {
  return {
    name,
    model: name,
    modified_at: MODIFIED_AT,
    size: 0,
    digest: createHash('sha256').update(name).digest('hex'),
    details,
    capabilities,
  };
}

/** A model as `/api/show` describes it. */
export function shownModel({ name, capabilities }: Model): object {
  return {
    modelfile: `FROM ${name}`,
    details,
    model_info: { 'general.architecture': 'demo', 'general.basename': name },
    capabilities,
    modified_at: MODIFIED_AT,
  };
}

const MODIFIED_AT = '2026-01-01T00:00:00Z';
const details = {
  parent_model: '',
  format: 'demo',
  family: 'demo',
  families: ['demo'],
  parameter_size: '0B',
  quantization_level: 'none',
};

function model(name: string, capabilities: Capability[], behaviour: Model['behaviour'] = 'brief'): Model {
  return { name: withTag(name), capabilities, behaviour };
}
