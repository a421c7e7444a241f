import { headerOf, type LogEntry } from '../log-entry';

/** How spans are sorted into projects; fields of the plugin's config. */
export interface ProjectOptions {
  readonly project_source: 'config' | 'service' | 'header';
  readonly project_header: string;
}

/** What of a request may name the project of its spans. */
interface Named {
  readonly service: string;
  /** The value of a request header, by its name in lower case. */
  readonly header: (name: string) => string | undefined;
}

/** What may name a project: it goes into a header of ours. */
const PROJECT = /^[A-Za-z0-9][\w .:/-]{0,63}$/;

/** The project that a request's spans belong to; undefined: the configured one. */
export function projectNamed({ service, header }: Named, options: ProjectOptions): string | undefined {
  if (options.project_source === 'config') return undefined;
  const name = options.project_source === 'service' ? service : header(options.project_header.toLowerCase());
  return name !== undefined && PROJECT.test(name) ? name : undefined;
}

/** {@link projectNamed} of a finished request. */
export const projectOf = ({ service, requestHeaders }: LogEntry, options: ProjectOptions): string | undefined =>
  projectNamed({ service: service.name, header: (name) => headerOf(requestHeaders, name) }, options);
