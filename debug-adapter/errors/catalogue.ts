/** One error a user can see. `{name}` in a text is filled from the parameters given to `fail`. */
export interface ErrorEntry {
  /** `BSnnn`; stable for ever. 1xx QEMU and wire, 2xx images, 3xx program, 4xx chains, 5xx files, 9xx internal. */
  readonly code: string;
  readonly what: string;
  readonly likely: string;
  readonly next: string;
}

export type Parameters = Readonly<Record<string, string | number | bigint>>;

const fill = (text: string, parameters: Parameters): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in parameters ? String(parameters[name]) : whole));

/** An error with a stable code. `message` is the text the contracts promise: `BSnnn: what. Likely: … Next: …`. */
export class BootscopeError extends Error {
  readonly code: string;
  readonly what: string;
  readonly likely: string;
  readonly next: string;

  constructor(entry: ErrorEntry, parameters: Parameters = {}, options?: { cause?: unknown }) {
    const what = fill(entry.what, parameters);
    const likely = fill(entry.likely, parameters);
    const next = fill(entry.next, parameters);
    super(`${entry.code}: ${what} Likely: ${likely} Next: ${next}`, options);
    this.name = 'BootscopeError';
    this.code = entry.code;
    this.what = what;
    this.likely = likely;
    this.next = next;
  }

  /** The number that DAP carries as `error.id`. */
  get id(): number {
    return Number(this.code.slice(2));
  }
}

/** Makes the error; the caller throws it, so that control flow stays visible to the compiler. */
export const failure = (entry: ErrorEntry, parameters: Parameters = {}, options?: { cause?: unknown }): BootscopeError =>
  new BootscopeError(entry, parameters, options);

/** Types a table of entries while keeping its keys. */
export const entries = <T extends Record<string, ErrorEntry>>(table: T): T => table;
