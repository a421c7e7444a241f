import { parser } from '@prometheus-io/lezer-promql';

/** The vector selectors of a PromQL expression: metric and label matchers, without range or offset. */
export function selectorsOf(expression: string): string[] {
  const selectors = new Set<string>();
  parser.parse(expression).iterate({
    enter: ({ name, from, to, type }) => {
      if (type.isError) throw new Error(`no PromQL at ${from}: ${expression}`);
      if (name === 'VectorSelector') selectors.add(expression.slice(from, to));
    },
  });
  return [...selectors];
}
