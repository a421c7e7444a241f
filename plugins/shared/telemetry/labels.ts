import type { Metrics } from '../../../kong/pdk';
import { PerProcess } from '../runtime/per-process';

/** The label value for names beyond the bound. */
export const OTHER = '_other';
/** The label value for names that are not confirmed yet. */
export const UNKNOWN = '_unknown';

/** The bound for names from Kong's configuration, such as services and routes. */
export const MAX_CONFIGURED = 200;

/** Longer label values are cut to this many characters. */
const MAX_LABEL_LENGTH = 64;

/**
 * Bounds the number of values of metric labels, whatever clients send: the first `cap` values of a label are used, any
 * other value becomes `_other` and is counted.
 */
export class Labels {
  private readonly seen = new Map<string, Set<string>>();

  /** @param onOverflow called with the name of the label for each value that became `_other` */
  constructor(private readonly onOverflow: (label: string) => void) {}

  /**
   * The value to use for `label`. Use the same cap in all calls for a label: otherwise the largest one applies.
   *
   * @param scope values of each scope are bounded separately, such as the tools of one server; scopes must be few
   */
  bounded(label: string, value: string, cap: number, scope = ''): string {
    const values = this.valuesOf(label, scope);
    // A label that was used is not cut again.
    if (values.has(value)) return value;
    const cut = cutLabel(value);
    if (values.has(cut)) return cut;
    if (values.size >= cap) {
      this.onOverflow(label);
      return OTHER;
    }
    values.add(cut);
    return cut;
  }

  /** True if {@link bounded} has returned the value before. */
  knows(label: string, value: string, scope = ''): boolean {
    return this.seen.get(keyOf(label, scope))?.has(cutLabel(value)) ?? false;
  }

  /** Makes room for another value, after the series of this one was removed. */
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
/** Characters without a visible form. Lone surrogates are among them: encoded as UTF-8, two different ones are equal. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

function cutLabel(value: string): string {
  const cut = value.slice(0, MAX_LABEL_LENGTH);
  return PLAIN.test(cut) ? cut : cut.replace(INVISIBLE, '\ufffd');
}

const perProcess = new PerProcess<Labels>();

/**
 * The label values of one plugin's metrics. They are kept as long as the metrics, since a series outlives the
 * configuration that created it. Values over the cap are counted in `<prefix>_label_overflow_total{label}`.
 */
export function labelsOf(metrics: Metrics, prefix: string): Labels {
  return perProcess.get(metrics, prefix, () => {
    const overflow = metrics.counter({
      name: `${prefix}_label_overflow_total`,
      help: 'Label values that were replaced by _other because the label has too many values',
      labelNames: ['label'],
    });
    return new Labels((label) => {
      overflow.inc({ label });
    });
  });
}
