import { isJsonObject, type JsonObject } from '../../../shared/json/json-object';
import { listOf, parseJson, textOf } from '../../../shared/json/lenient-json';

/** A content block that grows by deltas; the finished block is what the model made, to be sent back unchanged. */
export class GrowingBlock {
  private readonly members: Record<string, unknown>;
  private json = '';

  constructor(start: JsonObject) {
    this.members = { ...start };
  }

  add(delta: JsonObject): void {
    const { members } = this;
    const append = (name: string): void => {
      members[name] = `${textOf(members[name]) ?? ''}${textOf(delta[name]) ?? ''}`;
    };
    switch (delta['type']) {
      case 'text_delta':
        append('text');
        break;
      case 'thinking_delta':
        append('thinking');
        break;
      case 'signature_delta':
        append('signature');
        break;
      case 'citations_delta':
        members['citations'] = [...listOf(members['citations']), delta['citation']];
        break;
      case 'input_json_delta':
        this.json += textOf(delta['partial_json']) ?? '';
        break;
      default:
        // A later kind of delta: its texts are appended to the members of the same name.
        for (const name of Object.keys(delta)) if (name !== 'type' && typeof delta[name] === 'string') append(name);
    }
  }

  /** The input as JSON text, as the model wrote it. */
  get inputText(): string {
    if (this.json !== '') return this.json;
    const input = this.members['input'];
    return isJsonObject(input) && Object.keys(input).length > 0 ? JSON.stringify(input) : '';
  }

  /** The whole block. An input that is not a JSON object is empty: the API accepts nothing else. */
  get block(): JsonObject {
    if (!Object.hasOwn(this.members, 'input')) return this.members;
    const input = this.json === '' ? this.members['input'] : parseJson(this.json);
    return { ...this.members, input: isJsonObject(input) ? input : {} };
  }

  get type(): unknown {
    return this.members['type'];
  }

  get name(): string {
    return textOf(this.members['name']) ?? '';
  }

  get id(): string {
    return textOf(this.members['id']) ?? '';
  }

  /** The API rejects an empty text in a request. */
  get isEmptyText(): boolean {
    return this.type === 'text' && (textOf(this.members['text']) ?? '').trim() === '';
  }
}
