import { pageOf } from '../../shared/page-document';

/** The chat page: one document, which works below any path prefix of the gateway. */
export const { page, pageHeaders } = pageOf(__dirname);
