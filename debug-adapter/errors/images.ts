import { entries } from './catalogue';

/** 2xx: files that carry code and debug information. */
export const imageErrors = entries({});
