import { entries } from './catalogue';

/** 5xx: files and commands on the host. */
export const fileErrors = entries({});
