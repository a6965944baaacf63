/** What several answers share. */

/** In place of a value that cannot be read; starts with "because". */
export interface Unknown {
  unknown: string;
}
export type Known<T> = T | Unknown;

export interface Src {
  path: string;
  line?: number;
}

export type StageId = 'firmware' | 'loader' | 'kernel' | 'init' | 'userland' | 'login' | 'chroot' | 'reroot' | 'pivot';
export type ChainId = 'redox' | 'freebsd' | 'nextbsd' | 'linux' | 'generic';

export interface Fault {
  code: string;
  message: string;
}
