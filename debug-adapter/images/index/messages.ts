import type { ErrorEntry } from '../../errors/catalogue';

/** Sections by name, decompressed and relocated. */
export type UnpackedSections = Record<string, Uint8Array>;

/** What the worker is given: an image to read. */
export interface LoadRequest {
  readonly kind: 'load';
  readonly path: string;
  readonly symbols?: string;
  /** Whether an index is in use already: only the sections are wanted then. */
  readonly present: boolean;
}

/** A file whose CRC-32 is wanted. */
export interface ChecksumRequest {
  readonly kind: 'checksum';
  readonly path: string;
}

/**
 * What it says: how far it is, sections and tables as they come, each set once, what of the file is damaged, that no index is kept;
 * then that it is done, or why it is not.
 */
export type LoadMessage =
  | { readonly kind: 'progress'; readonly done: number }
  | { readonly kind: 'sections'; readonly sections: UnpackedSections }
  | { readonly kind: 'tables'; readonly tables: Record<string, Uint8Array> }
  | { readonly kind: 'checksum'; readonly crc: number }
  | { readonly kind: 'damaged' | 'notKept'; readonly fault: ErrorEntry }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly reason: string };
