/** One reason why Kong rejects a declarative file: the path of the field, and Kong's message. */
export interface Complaint {
  readonly path: string;
  readonly message: string;
}
