import { pageOf } from '../../shared/page-document';

/**
 * The page of the trace sink: one document without external parts. It works below any path prefix, since the script
 * requests everything relative to the address that it was loaded from.
 */
export const { page, pageHeaders } = pageOf(__dirname);
