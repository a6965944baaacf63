import { entries } from './catalogue';

/** 3xx: placing images on the machine, breakpoints, expressions, launch configuration. */
export const programErrors = entries({});
