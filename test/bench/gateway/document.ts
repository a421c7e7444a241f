const BEGIN = '<!-- gateway benchmark -->';
const END = '<!-- /gateway benchmark -->';

/** Replaces the part of a document between the markers. @throws when it has no such part */
export function withResult(document: string, result: string): string {
  const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`the document must contain ${BEGIN} and ${END}`);
  return `${document.slice(0, from + BEGIN.length)}\n\n${result}\n\n${document.slice(to)}`;
}
