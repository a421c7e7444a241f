import { headerOf, type LogEntry } from '../log-entry';

/** The config fields that choose the project of a span. */
export interface ProjectOptions {
  readonly project_source: 'config' | 'service' | 'header';
  readonly project_header: string;
}

/** The facts of a request that may name its project. */
interface Named {
  readonly service: string;
  /** The value of a request header, by its name in lower case. */
  readonly header: (name: string) => string | undefined;
}

/** A valid name: it is sent in a header to the collector. */
const PROJECT = /^[A-Za-z0-9][\w .:/-]{0,63}$/;

/** The project of a request's spans; undefined for the configured one. */
export function projectNamed({ service, header }: Named, options: ProjectOptions): string | undefined {
  if (options.project_source === 'config') return undefined;
  const name = options.project_source === 'service' ? service : header(options.project_header.toLowerCase());
  return name !== undefined && PROJECT.test(name) ? name : undefined;
}

/** {@link projectNamed} for a finished request. */
export const projectOf = ({ service, requestHeaders }: LogEntry, options: ProjectOptions): string | undefined =>
  projectNamed({ service: service.name, header: (name) => headerOf(requestHeaders, name) }, options);
