import { foldUri } from './fold-uri';
import { MAX_READ_LENGTH, MAX_URI_LENGTH, newReadingBudget, readingsOf, type ReadingBudget } from './readings';
import { readTemplate, type TemplateReading } from './uri-templates';

/** All readings that some reader may have of one URI; the first is the URI in its usual spelling. */
export class UriReading {
  private foldedTexts: readonly string[] | undefined;

  constructor(readonly texts: readonly string[]) {}

  /** The same, in the form in which they are compared with denied URIs. */
  get folded(): readonly string[] {
    return (this.foldedTexts ??= this.texts.map(foldUri));
  }
}

/** What an entry costs besides its texts, in UTF-16 code units. */
const OVERHEAD = 64;

/**
 * The readings of the URIs of one request, or of one list. Each URI is read once, however many rules ask for it, and all of
 * them share one budget.
 */
export class UriReadings {
  private known: Map<string, UriReading | undefined> | undefined;
  /** The length of what is kept: a list may have many URIs, each of which is asked for in turn. */
  private kept = 0;
  private lastTemplate: readonly [template: string, reading: TemplateReading] | undefined;

  constructor(private readonly budget: ReadingBudget = newReadingBudget()) {}

  /** Undefined if the URI has too many readings, or the budget is used up: such a URI must be denied. */
  of(uri: string): UriReading | undefined {
    if (uri.length > MAX_URI_LENGTH) return undefined;
    const before = this.known?.get(uri);
    if (before || this.known?.has(uri)) return before;
    const texts = readingsOf(uri, this.budget);
    const reading = texts && new UriReading(texts);
    this.kept += (texts ?? []).reduce((sum, { length }) => sum + length, uri.length + OVERHEAD);
    if (this.kept > MAX_READ_LENGTH) {
      this.known = undefined;
      this.kept = 0;
    }
    (this.known ??= new Map()).set(uri, reading);
    return reading;
  }

  /** Templates cost nothing of the budget: they have few spellings. The last one is kept for further rules. */
  ofTemplate(template: string): TemplateReading {
    const [known, before] = this.lastTemplate ?? [];
    if (before && known === template) return before;
    const reading = readTemplate(template);
    this.lastTemplate = [template, reading];
    return reading;
  }
}
