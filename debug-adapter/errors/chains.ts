import { entries } from './catalogue';

/** 4xx: reading a boot chain out of a stopped machine. */
export const chainErrors = entries({});
