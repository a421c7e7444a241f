import type { Metrics } from '../../../kong/pdk';
import { PerProcess } from '../runtime/per-process';

/** The value of a label for names that no room is left for. */
export const OTHER = '_other';
/** The value of a label for a name that nothing vouches for yet. */
export const UNKNOWN = '_unknown';

/** Longer label values are cut to this many characters. */
const MAX_LABEL_LENGTH = 64;

/**
 * Keeps the values of metric labels few, whatever strangers send: the first `cap` values of a label pass, any other
 * becomes `_other` and is counted.
 */
export class Labels {
  private readonly seen = new Map<string, Set<string>>();

  /** `onOverflow` is called with the label's name for each value that became `_other`. */
  constructor(private readonly onOverflow: (label: string) => void) {}

  /**
   * The value to use for `label`. A cap of one label should not change between calls: the largest one would win.
   *
   * @param scope values are bounded apart in each scope, such as the tools of one server; trusted, there must be few
   */
  bounded(label: string, value: string, cap: number, scope = ''): string {
    const values = this.valuesOf(label, scope);
    const cut = cutLabel(value);
    if (values.has(cut)) return cut;
    if (values.size >= cap) {
      this.onOverflow(label);
      return OTHER;
    }
    values.add(cut);
    return cut;
  }

  /** True once {@link bounded} has let the value pass. */
  knows(label: string, value: string, scope = ''): boolean {
    return this.seen.get(keyOf(label, scope))?.has(cutLabel(value)) ?? false;
  }

  /** Makes room for another value: this one's series is gone. */
  forget(label: string, value: string): void {
    this.seen.get(keyOf(label, ''))?.delete(cutLabel(value));
  }

  private valuesOf(label: string, scope: string): Set<string> {
    const key = keyOf(label, scope);
    let values = this.seen.get(key);
    if (!values) this.seen.set(key, (values = new Set()));
    return values;
  }
}

const keyOf = (label: string, scope: string): string => `${label}\n${scope}`;
const PLAIN = /^[\x20-\x7e]*$/;
/** Characters that have no shape, lone surrogates among them: two of these would be one on a page of UTF-8. */
const SHAPELESS = /[\p{C}\p{Zl}\p{Zp}]/gu;

function cutLabel(value: string): string {
  const cut = value.slice(0, MAX_LABEL_LENGTH);
  return PLAIN.test(cut) ? cut : cut.replace(SHAPELESS, '\ufffd');
}

const perProcess = new PerProcess<Labels>();

/**
 * The label values of one plugin's metrics. They live as long as the metrics do, since a series outlives the
 * configuration that made it. Values over the cap are counted in `<prefix>_label_overflow_total{label}`.
 */
export function labelsOf(metrics: Metrics, prefix: string): Labels {
  return perProcess.get(metrics, prefix, () => {
    const overflow = metrics.counter({
      name: `${prefix}_label_overflow_total`,
      help: 'Label values that became _other because their label had too many',
      labelNames: ['label'],
    });
    return new Labels((label) => {
      overflow.inc({ label });
    });
  });
}
