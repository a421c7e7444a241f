/** A service and its route, both of this name, for a flow mapping of a declarative file. */
export const routed = (name: string, url: string): string =>
  `name: ${name}, url: "${url}", routes: [{ name: ${name}, paths: [/${name}] }]`;
